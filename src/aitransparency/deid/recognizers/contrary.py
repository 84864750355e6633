"""Words for numbers that are no identifier of a person: orders, amounts, versions, machines.

Such a word right before a number lowers its score (`Scores.contrary`).
"""

from __future__ import annotations

from aitransparency.deid.scan.recognizer import words

CONTRARY_LABELS: tuple[str, ...] = words(
    "订单号、订单编号、订单、單號、訂單號、訂單編號、单号、单据号、工单号、工单、訂單、工單",
    "訂單号、运单号、快递单号、快递、物流单号、运单、流水号、流水、交易号、交易流水号、運單號",
    "快遞單號、流水號、金额、金額、合计、總計、总计、共计、余额、餘額、价格、单价、人民币、转账",
    "價格、單價、轉賬、批次号、批号、版本号、版本、序列号、型号、货号、条码、条形码、商品编号",
    "版本號、序列號、條碼、时间戳、時間戳、时间、日期、合同号、合同编号、發票號碼、发票号码",
    "发票号、時間、合同編號、发票代码、凭证号、案件编号、案号、受理号、受理编号、业务编号、业务号",
    "回执号、案號、学号、工号、员工号、会员号、会员卡号、资产编号、设备编号、设备号、机器码、學號",
    "工號、會員號、验证码、校验码、取件码、提货码、房间号、车次、航班号、座位号、任务号、批文号",
    "驗證碼、文号、编号、編號、序号、序號、页码、数量、积分、密码、口令、项目编号、數量、積分",
    "密碼、order no、order number、order id、order、invoice、amount、total、version、serial no",
    "serial、tracking no、tracking number、tracking、transaction id、txn、trace id、timestamp",
    "sku、batch、ref no、reference、ticket、price",
    # 生于 names a birth, but not at the end of these
    "发生于、發生於、产生于、產生於、滋生于、诞生于、誕生於、衍生于、衍生於、派生于、再生于、再生於",
    "学生于、學生於、先生于、先生於、医生于、醫生於、考生于、考生於、新生于、新生於、女生于、女生於",
    "男生于、男生於、师生于、師生於、招生于、招生於、养生于、寄生于、寄生於、野生于、卫生于、衛生於",
    "究生于、究生於、业生于、業生於、习生于、習生於、中生于、中生於、卜生于、卜生於",
)
