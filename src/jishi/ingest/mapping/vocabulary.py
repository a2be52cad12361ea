"""Words that files use for headings and for the values of fixed vocabularies."""

from __future__ import annotations


CUSTOMER_CODE = (
    "客户编码", "客户编号", "客户代码", "客户号", "客户ID", "编码", "往来单位编码", "customer code", "customer id",
    "customer no", "customer number", "customer key", "account number", "account id", "cust id",
)  # fmt: skip
CUSTOMER_NAME = (
    "客户名称", "公司名", "公司名称", "单位", "单位名称", "企业名称", "客户", "客户全称", "购货单位", "购买方",
    "往来单位", "往来单位名称", "购货方", "购买单位", "购货单位名称", "客户名", "购方名称", "购方", "购货方名称",
    "购买方名称", "买方", "买方名称", "收货单位",
    "customer name", "customer", "company", "company name", "account name", "account", "reseller name",
    "client", "client name",
)  # fmt: skip
# Bare words: beside products they mean the product's code, and what goods are counted in.
BARE_CODES = ("编码", "代码", "编号", "code", "id")
BARE_NAMES = ("单位",)
SKU = (
    "产品编码", "产品编号", "商品编码", "商品编号", "物料编码", "料号", "产品代码", "SKU", "sku",
    "存货编码", "货品编码", "货品编号", "物料代码", "货号",
    "product code", "product id", "product number", "product key", "stock code", "item code", "item",
)  # fmt: skip
PRODUCT_NAME = (
    "产品名称", "产品", "商品名称", "商品", "品名", "物料名称", "货物名称", "存货名称", "货品名称", "货品",
    "product name", "product", "item name",
)  # fmt: skip
ORDER_NO = (
    "订单号", "订单编号", "订单编码", "销售订单号", "单据编号", "单据号", "单据编码", "单号", "出库单号", "发货单号", "合同编号", "合同号", "销售单号", "发票号", "发票号码", "order number",
    "order no", "order id", "sales order number", "invoice", "invoice no", "invoice number",
)  # fmt: skip
ORDER_DATE = (
    "订单日期", "下单日期", "下单时间", "购买时间", "购买日期", "单据日期", "签单日期", "销售日期", "日期",
    "成交日期", "订货日期", "业务日期", "交易日期", "开票日期", "发货日期", "出库日期", "order date",
    "ordered on", "invoice date", "date", "purchase date", "sale date", "sales date",
)  # fmt: skip
QUANTITY = (
    "数量", "订购数量", "购买数量", "销售数量", "件数", "订货数量", "发货数量", "实发数量", "出库数量", "开票数量",
    "quantity", "qty", "order qty", "order quantity", "units", "quantity ordered", "qty ordered",
    "quantity sold", "units sold",
)  # fmt: skip
# The amount of one line first; of the whole order, which stands in each of its lines, last.
AMOUNT = (
    "金额", "小计", "行金额", "明细金额", "无税金额", "不含税金额", "未税金额", "本币无税金额",
    "本币不含税金额", "不含税销售额", "无税销售额", "本币金额", "金额小计", "销售额", "销售金额", "销售收入",
    "购买金额", "成交金额", "总价", "订单金额", "amount", "sales amount", "line total", "line amount",
    "net amount", "subtotal", "extended price", "sales", "revenue", "total price", "total",
)  # fmt: skip
# Usually stands in each line of its order.
ORDER_TOTALS = ("订单金额", "订单总金额", "合同金额", "total", "order amount")
UNIT_PRICE = (
    "单价", "无税单价", "不含税单价", "未税单价", "本币无税单价", "销售单价", "成交单价", "售价", "销售价",
    "unit price", "price each", "price per unit", "selling price", "sales price", "item price", "price",
)  # fmt: skip
AMOUNT_WITH_TAX = (
    "价税合计", "含税金额", "本币价税合计", "本币含税金额", "含税销售额", "含税销售金额", "含税总额", "价税合计金额",
    "含税合计", "含税小计", "amount with tax", "amount including tax", "amount incl tax", "gross amount",
    "total including tax", "total incl tax", "total incl vat",
)  # fmt: skip
TAX = ("税额", "本币税额", "增值税额", "销项税额", "tax", "tax amount", "vat", "vat amount")
TAX_RATE = (
    "税率", "税率%", "增值税率", "增值税税率", "适用税率", "tax rate", "vat rate", "tax %", "vat %", "tax percent",
)  # fmt: skip
DISCOUNT_AMOUNT = ("折扣金额", "折扣额", "优惠金额", "discount amount")
# These may be money, a share taken off, or (折) the share that is paid.
DISCOUNT = (
    "折扣", "折扣率", "折扣%", "discount", "discount rate", "discount %", "discount pct",
    "discount percent",
)  # fmt: skip
CUSTOM = ("是否定制", "定制", "定制化", "made to order", "custom", "customised")

# value stored → words in files (compared without case and spaces)
CUSTOMER_TYPES = {
    "retail": ("零售", "零售客户", "retail", "retailer"),
    "enterprise": ("企业", "企业客户", "公司", "enterprise", "business", "company", "corporate"),
    "government": ("政府", "政府客户", "事业单位", "机关", "government", "public"),
}
SIZES = {
    "large": ("大型", "大", "大型企业", "large"),
    "medium": ("中型", "中", "中型企业", "medium"),
    "small": ("小型", "小", "小型企业", "small"),
    "micro": ("微型", "微", "微型企业", "micro"),
}
STAGES = {
    "potential": ("潜在", "潜在客户", "意向", "potential", "prospect"),
    "first": (
        "初次",
        "初次合作",
        "首次",
        "首次合作",
        "新客户",
        "first",
        "new",
        "first cooperation",
    ),
    "long_term": ("长期", "长期合作", "老客户", "合作中", "long term", "long-term", "active"),
}
PARTIES = {
    "customer": ("客户方", "客户", "customer", "customer's side"),
    "third_party": ("第三方", "第三方人员", "third party", "third_party"),
}
CALENDARS = {"solar": ("公历", "阳历", "solar"), "lunar": ("农历", "阴历", "lunar")}
BUYING_ROLES = {
    "initiator": ("发起者", "发起人", "initiator"),
    "user": ("使用者", "使用部门", "user"),
    "influencer": ("影响者", "influencer"),
    "decider": ("决策者", "最终决策人", "拍板人", "decider", "decision maker"),
    "approver": ("批准者", "审批人", "approver"),
    "buyer": ("采购者", "采购", "采购员", "buyer"),
    "gatekeeper": ("把关者", "技术把关人", "gatekeeper"),
}
STANCES = {
    "supporter": ("支持", "支持者", "supporter", "champion"),
    "neutral": ("中立", "neutral"),
    "opponent": ("反对", "反对者", "opponent"),
    "unknown": ("未知", "不详", "unknown"),
}
CURRENCY = (
    "币种", "币别", "货币", "货币种类", "结算币种", "结算币别", "币种名称", "币种代码", "原币币种", "currency",
    "currency code", "currency name", "order currency",
)  # fmt: skip
ORDER_STATUS = (
    "订单状态", "状态", "单据状态", "审核状态", "订单状态名称", "order status", "status", "document status",
)  # fmt: skip
# A column that says what kind of document its row is, and the words of those that take goods back.
DOCUMENT_KIND = (
    "单据类型", "业务类型", "订单类型", "交易类型", "单据类别", "单据名称", "出入库类型", "出入库类别", "document type",
    "order type", "transaction type",
)  # fmt: skip
TAKEN_BACK = r"退|红字|红冲|冲红|(?i:return|refund|credit[ -]?(?:note|memo))"
ORDER_STATUSES = {
    "open": ("待确认", "草稿", "未确认", "新建", "打开", "未审核", "待审核", "审核中", "已提交", "暂存", "重新审核", "open", "draft", "new", "pending", "on hold",
             "disputed"),
    "confirmed": ("已确认", "确认", "已审核", "审核", "审核通过", "已审批", "已生效", "生效", "有效", "正常", "执行中", "进行中", "confirmed", "activated", "approved",
                  "in process"),
    "shipped": ("已发货", "发货", "已出库", "shipped"),
    "completed": ("已完成", "完成", "完结", "已签收", "已结清", "已开票", "completed", "closed", "complete",
                  "resolved"),
    "cancelled": ("已取消", "取消", "作废", "已作废", "废弃", "已红冲", "已关闭", "cancelled", "canceled", "void"),
}  # fmt: skip
PAYMENT_METHODS = {
    "transfer": ("银行转账", "转账", "电汇", "对公转账", "bank transfer", "transfer", "wire"),
    "acceptance": ("承兑", "承兑汇票", "银行承兑", "商业承兑", "acceptance", "acceptance bill"),
    "cash": ("现金", "现结", "cash"),
    "card": ("刷卡", "信用卡", "银行卡", "card", "credit card"),
    "wechat": ("微信", "微信支付", "wechat", "wechat pay"),
    "alipay": ("支付宝", "alipay"),
    "other": ("其他", "其它", "other"),
}
CHANNELS = {
    "phone": ("电话", "电话沟通", "来电", "去电", "phone", "call"),
    "email": ("邮件", "电子邮件", "邮箱", "email", "e-mail"),
    "wechat": ("微信", "企业微信", "wechat"),
    "meeting": (
        "面谈",
        "拜访",
        "上门",
        "上门拜访",
        "现场",
        "会议",
        "meeting",
        "visit",
        "face to face",
    ),
    "online": (
        "线上会议",
        "视频",
        "视频会议",
        "网络会议",
        "在线",
        "online",
        "online meeting",
        "video",
    ),
    "other": ("其他", "其它", "短信", "传真", "other"),
}
SEVERITIES = {
    "1": ("一般", "轻微", "低", "1", "minor", "low"),
    "2": ("严重", "较严重", "中", "2", "serious", "medium"),
    "3": ("重大", "特别严重", "紧急", "高", "3", "critical", "high"),
}
INSTRUMENTS = {
    "nps": ("nps", "净推荐值", "推荐意愿"),
    "csat": ("csat", "满意度"),
    "ces": ("ces", "费力度"),
}
CRITERIA = {
    "potential": ("潜力", "potential"),
    "demonstration": ("示范作用", "示范", "demonstration", "demonstration effect"),
    "winnable": ("能赢能做", "winnable", "winnable and doable"),
    "willingness": ("合作意愿", "willingness", "willingness to cooperate"),
    "market_trend": ("市场趋势", "市场前景", "market trend"),
    "expansion": ("扩张计划", "业务扩展计划", "expansion", "expansion plans"),
    "customisation_demand": ("定制需求", "定制化需求", "customisation demand"),
    "dependence": ("依赖度", "对我依赖度", "dependence", "dependence on us"),
    "strategic_fit": ("战略契合", "战略意义", "战略匹配", "strategic fit"),
    "brand": (
        "品牌影响力",
        "市场影响",
        "市场影响力",
        "市场与品牌影响力",
        "品牌",
        "brand",
        "brand influence",
        "market and brand influence",
    ),
    "cross_sell": (
        "交叉销售空间",
        "交叉销售",
        "cross_sell",
        "cross-selling",
        "room for cross-selling",
    ),
}
EVIDENCE = {
    "data": ("数据分析", "数据", "data", "data analysis"),
    "interview": ("客户访谈", "访谈", "interview", "customer interview"),
    "survey": ("市场调查", "市场调研", "调查", "survey", "market survey"),
}
SERVICE_KINDS = {
    "training": ("培训", "技术培训", "training"),
    "support": ("支持", "技术支持", "售后支持", "support", "technical support"),
    "customisation": ("定制", "定制化", "定制开发", "customisation", "customization"),
}
TRUE_WORDS = ("是", "有", "true", "yes", "y", "1", "√", "✓", "对", "t")
NO_TAX_WORDS = ("免税", "不征税", "零税率", "exempt", "tax free", "tax exempt", "zero rated")
FALSE_WORDS = ("否", "无", "没有", "false", "no", "n", "0", "×", "✗", "f")
# First cells of rows that add up others; importing them would count the money twice.
TOTAL_WORDS = (
    "合计", "总计", "小计", "共计", "汇总", "累计", "本页合计", "total", "grand total", "subtotal",
    "sum", "totals",
)  # fmt: skip
