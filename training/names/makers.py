"""Names and fillings that the trainer invents, from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lexicon import families, listed_names, words

CITIES = ["北京", "上海", "天津", "重庆", "深圳", "广州", "南京", "武汉", "成都", "西安", "杭州", "长沙", "福州", "昆明", "兰州", "台北", "香港", "巴黎", "东京", "莫斯科", "华盛顿", "开罗", "曼谷", "万隆", "马尼拉", "金边", "合肥", "石家庄", "高雄", "温州", "和田", "常州", "黄石", "安阳", "平顶山", "宁波", "海口", "济南", "贵阳"]
COUNTIES = ["河北省张家口市", "江苏省江阴市", "云南省文山县", "四川省万县", "湖北省黄冈市", "山东省单县", "福建省长乐市", "广东省汕头市", "陕西省延安市", "河南省南阳县", "安徽省宿县", "浙江省温岭市", "贵州省安顺市", "江西省高安市", "湖南省常德市", "甘肃省武威市", "深圳市南山区科技园", "北京市朝阳区和平里", "上海市徐汇区", "成都市武侯区", "广州市白云区"]
ORGS = ["国务院", "外交部", "全国人大", "中国人民银行", "北京大学", "清华大学", "市公安局", "省人民医院", "华为", "腾讯", "阿里巴巴", "百度", "联想集团", "中国石化", "万科", "国家队", "皇家马德里", "国际米兰", "曼联", "火箭队", "新浪网", "招商银行", "中信证券", "深圳市宏达科技有限公司", "上海平安保险股份有限公司", "武汉钢铁公司", "中央电视台", "联合国", "世界银行", "高等法院", "人民检察院", "税务局", "教育局", "居委会", "第一中学", "同济医院"]
TITLES = ["主席", "总理", "部长", "局长", "市长", "省长", "书记", "主任", "院长", "校长", "总经理", "董事长", "董事", "监事", "副总裁", "总裁", "秘书长", "处长", "科长", "经理", "教练", "队长", "会长", "所长", "厂长", "社长", "司令员", "参谋长", "政委", "副主席", "副总理", "国务委员", "副部长", "总工程师", "财务总监", "独立董事"]
JOBS = ["作家", "画家", "诗人", "演员", "歌手", "导演", "教授", "工程师", "医生", "律师", "记者", "运动员", "农民", "工人", "科学家", "物理学家", "经济学家", "音乐家", "书法家", "摄影师"]
_NOUNS = ("n", "v", "vn", "a", "l", "i")
_MARKS = "甲乙丙丁"
_MINORITY = ["阿卜杜拉", "买买提", "古丽", "阿依", "艾合买提", "吐尔逊", "玉素甫", "热合曼", "帕尔哈提", "努尔", "阿不都", "卡德尔", "木拉提", "迪丽", "热巴", "买合木提", "阿迪力", "司马义", "铁木尔", "达瓦", "扎西", "多吉", "巴特尔", "哈斯", "其其格", "库尔班", "依明", "伊力哈木", "阿布都热西提", "吾买尔", "居来提", "麦麦提", "图尔荪", "艾力", "阿曼古丽", "乌兰", "巴雅尔", "尼玛", "次仁", "央金", "卓玛", "旦增", "格桑"]
_ONSET = ["阿", "艾", "安", "奥", "巴", "班", "贝", "本", "比", "布", "查", "达", "戴", "丹", "德", "迪", "多", "法", "菲", "费", "弗", "福", "盖", "戈", "格", "哈", "海", "汉", "赫", "霍", "吉", "加", "杰", "卡", "凯", "坎", "科", "克", "库", "拉", "莱", "兰", "劳", "勒", "雷", "里", "利", "林", "卢", "鲁", "罗", "洛", "马", "麦", "曼", "米", "莫", "纳", "内", "尼", "诺", "欧", "帕", "佩", "皮", "普", "乔", "萨", "塞", "桑", "沙", "史", "斯", "苏", "索", "塔", "泰", "特", "汤", "图", "托", "瓦", "威", "维", "沃", "西", "希", "谢", "雅", "伊", "约", "泽", "詹", "扎"]
_CODA = ["尔", "斯", "特", "德", "克", "姆", "夫", "恩", "森", "顿", "逊", "曼", "拉", "娜", "亚", "纳", "奇", "茨", "托", "多", "罗", "里", "利", "丽", "尼", "诺", "治", "娃", "妮", "莎", "蒂", "斯基", "诺夫", "维奇", "里亚", "尔德", "伯格", "雷斯", "尼奥", "洛夫", "福德", "南德斯"]


class Makers:
    """Draws fillings.

    Parameters
    ----------
    seed
        The same seed gives the same fillings.
    foreign
        Transliterated names seen in the corpus.
    """

    def __init__(self, seed: int, foreign: Sequence[str]) -> None:
        self.random = random.Random(seed)
        self._foreign = list(foreign)
        shares = families()
        self._families, self._shares = list(shares), list(shares.values())
        listed = listed_names()
        two = {name[1:] for name in listed if len(name) == 3}
        self._given2 = sorted(two - set(words()))
        self._given2_words = sorted(two & set(words()))
        self._given1 = [name[-1] for name in listed if len(name) == 2] or ["伟"]
        self._middle = [name[1] for name in listed if len(name) == 3]
        self._last = [name[2] for name in listed if len(name) == 3]
        self._word = [
            word for word, (count, tag) in words().items()
            if tag in _NOUNS and count >= 200 and len(word) == 2
        ]  # fmt: skip

    def family(self) -> str:
        """Return a family name, one in four from the rare ones."""
        if self.random.random() < 0.25:
            return self.random.choice(self._families)
        return self.random.choices(self._families, self._shares)[0]

    def given(self) -> str:
        """Return a given name of one or two characters."""
        draw = self.random.random()
        if draw < 0.3:
            return self.random.choice(self._given1)
        if draw < 0.65:
            return self.random.choice(self._given2)
        if draw < 0.72:
            return self.random.choice(self._given2_words)
        return self.random.choice(self._middle) + self.random.choice(self._last)

    def name(self) -> str:
        """Return a full Chinese name."""
        return self.family() + self.given()

    def western(self) -> str:
        """Return a transliterated name."""
        if self._foreign and self.random.random() < 0.5:
            return self.random.choice(self._foreign)
        parts = [self._part() for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))]
        return self.random.choice("···‧•").join(parts)

    def _part(self) -> str:
        body = "".join(
            self.random.choice(_ONSET) for _ in range(self.random.choice((1, 1, 2, 2, 3)))
        )
        return body + self.random.choice(_CODA)

    def minority(self) -> str:
        """Return a name of a minority, most with a middle dot."""
        parts = [
            "".join(self.random.choice(_MINORITY) for _ in range(self.random.choice((1, 1, 2))))
            for _ in range(2)
        ]
        return self.random.choice(("·", "·", "·", "•", "．")).join(parts)

    def fill(self, slot: str) -> tuple[str, bool]:
        """Return a filling and whether it is a name."""
        draw = self.random
        if slot == "name":
            return self.name(), True
        if slot == "spaced":
            return self.family() + draw.choice((" ", "　")) + draw.choice(self._given1), True
        if slot == "foreign":
            return self.western(), True
        if slot == "minority":
            return self.minority(), True
        if slot == "surname":
            return self.family(), True
        if slot == "given":
            single = draw.choice(self._last)
            return draw.choice(
                (single + single, self.given() + "", "小" + single, "阿" + single)
            ), True
        if slot == "nick":
            return draw.choice("老小阿大") + draw.choice(self.family()), True
        if slot == "mou":
            family = draw.choice(self.family())
            return family + draw.choice(
                ("某", "某某", "某" + draw.choice(_MARKS), "某", "××", "XX")
            ), True
        return self._plain(slot), False

    def _plain(self, slot: str) -> str:
        draw = self.random
        if slot == "city":
            return draw.choice(CITIES)
        if slot == "county":
            return draw.choice(COUNTIES)
        if slot == "org":
            return draw.choice(ORGS)
        if slot == "title":
            return draw.choice(TITLES)
        if slot == "job":
            return draw.choice(JOBS)
        if slot == "word":
            return draw.choice(self._word)
        if slot == "phone":
            return f"1{draw.randrange(3, 10)}{draw.randrange(10**9):09d}"
        if slot == "date":
            return f"{draw.randrange(1, 13)}月{draw.randrange(1, 29)}日"
        return str(draw.randrange(1, 10 ** draw.randrange(1, 6)))
