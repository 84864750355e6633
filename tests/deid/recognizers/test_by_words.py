"""What only the words around it make personal: accounts, records, codes, dates, places."""

from case_table import everywhere, spans, table

W, Q, Z, P = "CN_WECHAT_ID", "CN_QQ", "CN_ALIPAY_ACCOUNT", "CN_POSTAL_CODE"
S, R, M = "CN_SOCIAL_SECURITY_NO", "CN_MEDICAL_RECORD_NO", "CN_MILITARY_ID"
D, G = "DATE_OF_BIRTH", "GEO_COORDINATE"
CASES = [
    ("微信号：zhang_san-88", [(W, "zhang_san-88")], "WeChat"),
    ("微信号是zhangsan，", [(W, "zhangsan")], "letters alone"),
    ("加v：abc12345", [(W, "abc12345")], "slang"),
    ("微信號 zhangsan99", [(W, "zhangsan99")], "Traditional"),
    ("wechat: zhangsan99", [(W, "zhangsan99")], "English"),
    ("wxid_a1b2c3d4e5f622", [(W, "wxid_a1b2c3d4e5f622")], "given by WeChat"),
    ("zhangsan99", [], "no word"),
    ("订单zhangsan99", [], "another word"),
    ("QQ12345678", [(Q, "12345678")], "glued"),
    ("qq：12345678", [(Q, "12345678")], "small"),
    ("QQ号码是12345678", [(Q, "12345678")], "號碼"),
    ("扣扣 12345678", [(Q, "12345678")], "slang"),
    ("ＱＱ：１２３４５６７８", [(Q, "１２３４５６７８")], "full width"),
    ("QQ群很多人，共12345678", [], "another clause"),
    ("QQ01234567", [], "leading zero"),
    ("12345678@qq.com", [("EMAIL_ADDRESS", "12345678@qq.com")], "an address"),
    ("支付宝账号：lisi_pay", [(Z, "lisi_pay")], "name"),
    ("支付宝 2088102146225135", [(Z, "2088102146225135")], "number"),
    ("支付寶：13800138000", [("CN_MOBILE_PHONE", "13800138000")], "a phone is a phone"),
    ("邮编：518057", [(P, "518057")], "postal code"),
    ("郵政編碼518057", [(P, "518057")], "Traditional"),
    ("518057", [], "no word"),
    ("验证码518057", [], "another word"),
    ("社保卡号：B12345678", [(S, "B12345678")], "card"),
    ("醫保卡號00123456", [(S, "00123456")], "Traditional"),
    ("社会保障号码360426199101010071", [("CN_RESIDENT_ID", "360426199101010071")], "is the ID"),
    ("住院号：ZY-2024-00123", [(R, "ZY-2024-00123")], "hyphens"),
    ("病歷號 0012345", [(R, "0012345")], "Traditional"),
    ("MRN: A0012345", [(R, "A0012345")], "English"),
    ("军官证：南字第20019888号", [(M, "南字第20019888号")], "officer"),
    ("士兵证号2001059832", [(M, "2001059832")], "digits alone"),
    ("（2019）粤0305民初字第12345号", [], "a court's paper"),
    ("出生日期：1990-05-03", [(D, "1990-05-03")], "hyphens"),
    ("出生日期1990/5/3", [(D, "1990/5/3")], "slashes"),
    ("生日：1990.05.03", [(D, "1990.05.03")], "dots"),
    ("出生年月：1990年5月", [(D, "1990年5月")], "year and month"),
    ("生於1990年5月3日", [(D, "1990年5月3日")], "Traditional"),
    ("生于一九九〇年十二月三十一日", [(D, "一九九〇年十二月三十一日")], "Chinese numerals"),
    ("生于一九九零年五月初", [(D, "一九九零年五月")], "Chinese numerals without a day"),
    ("出生日期：１９９０年５月３日", [(D, "１９９０年５月３日")], "full width"),
    ("出生日期19900503", [(D, "19900503")], "eight digits"),
    ("张三，男，1990年5月3日出生", [(D, "1990年5月3日")], "the word behind"),
    ("李女士1990年5月3日出生，2015年入职", [(D, "1990年5月3日")], "another date near"),
    ("女，1988年10月生，广东人", [(D, "1988年10月")], "生 at the end of a clause"),
    ("合同2020年5月1日生效", [], "生 begins another word"),
    ("王先生于2020年5月1日来电", [], "先生, then 于"),
    ("学生于2020年9月入学", [], "学生, then 于"),
    ("張先生生於1990年5月3日", [(D, "1990年5月3日")], "先生, then 生於"),
    ("医生于1990年5月3日出生", [(D, "1990年5月3日")], "the word behind outweighs the one before"),
    ("生日5月3日", [(D, "5月3日")], "no year"),
    ("生日：90年5月3日", [(D, "90年5月3日")], "two-digit year"),
    ("DOB: May 3, 1990", [(D, "May 3, 1990")], "English"),
    ("born on 3 May 1990", [(D, "3 May 1990")], "English, day first"),
    ("date of birth 03/05/1990", [(D, "03/05/1990")], "day or month first"),
    ("下单日期：1990-05-03", [], "another date"),
    ("出生日期：1990-02-30", [(D, "1990-02")], "no such day: the month remains"),
    ("坐标22.543096, 114.057865", [(G, "22.543096, 114.057865")], "pair"),
    ("114.057865,22.543096", [(G, "114.057865,22.543096")], "longitude first, in China"),
    ("经度：114.057865，纬度：22.543096", [(G, "114.057865"), (G, "22.543096")], "single values"),
    ("N22.543099 E114.057868", [(G, "N22.543099 E114.057868")], "directions in front"),
    ("22.543099°N", [(G, "22.543099°N")], "a direction behind"),
    ("22°32′35″N, 114°03′28″E", [(G, "22°32′35″N"), (G, "114°03′28″E")], "minutes"),
    ("地震位于东经110.5度", [], "a region, not a place: no minutes, one decimal"),
    ("位于东经110.512度", [(G, "110.512度")], "three decimals are a hundred metres"),
    ("事故发生于2020年5月1日", [], "生于 ends another word"),
    ("北纬22度32分35秒", [(G, "22度32分35秒")], "in Chinese"),
    ("体温36.5°C", [], "a temperature"),
    ("价格12.50, 13.75", [], "prices"),
]
test_cases = table(CASES)
test_birth = everywhere(
    D, ["1990-05-03", "1990年5月3日", "一九九〇年五月三日", "19900503"], before="出生日期："
)
test_qq = everywhere(Q, ["12345678"], before="QQ：")
test_wechat = everywhere(W, ["zhangsan99"], before="微信：")


def test_a_word_raises_and_lowers_a_score_the_same_way_everywhere():
    text = "6222021234567894"
    assert spans(f"编号{text}") == []
    assert spans(f"编号{text}", min_score=0.2) == [("CN_BANK_CARD", text)]
    assert spans(f"卡号{text}", min_score=0.9) == [("CN_BANK_CARD", text)]
