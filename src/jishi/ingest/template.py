"""大客户关系管理表: the workbook to fill in by hand, with drop-downs, notes and an example in each sheet.

Its headings are the first word of each field's list in the catalogue, so that the recipe `template` and the
free mapping both read it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import DATE, FLAG, MONEY, Field


TITLE = "大客户关系管理表"
EXAMPLE = "示例"
RECIPE_KEY = "template"

# sheet → the entities of its rows
SHEETS: dict[str, tuple[str, ...]] = {
    "客户": ("customers",),
    "联系人": ("contacts",),
    "产品": ("products",),
    "订单": ("orders", "order_lines"),
    "回款": ("payments",),
    "退货": ("returns",),
    "互动": ("interactions",),
    "投诉": ("complaints",),
    "满意度": ("satisfaction",),
    "专家评分": ("ratings",),
    "转介绍": ("referrals",),
    "服务": ("services",),
}

_EXAMPLES: dict[str, str] = {
    "code": "示例001", "customer_code": "示例001", "name": "示例：湘江重工股份有限公司",
    "customer_name": "示例：湘江重工股份有限公司", "short_name": "湘江重工", "customer_type": "企业",
    "business": "通用设备制造业", "size_class": "大型", "city": "湖南省长沙市", "stage": "长期",
    "cooperation_since": "2021-05-18", "needs": "交期稳定、质量追溯", "payment_days": "60",
    "credit_limit": "5000000", "source": "展会", "tags": "出口、重点", "contact_name": "示例：王磊",
    "party": "客户方", "title": "采购总监", "mobile": "13800000000", "birthday": "1980-08-15", "birth_calendar": "农历",
    "buying_role": "决策者", "stance": "支持", "is_primary": "是", "sku": "示例-A1",
    "product_name": "示例：滚珠轴承", "category": "轴承", "order_no": "示例-SO1", "line_no": "1",
    "ordered_on": "2026-03-05", "due_on": "2026-05-04", "status": "已完成",
    "payment_method": "银行转账", "quantity": "200", "amount": "36000.00", "discount": "1800.00",
    "cost": "25200.00", "paid_on": "2026-04-28", "paid_amount": "36000.00",
    "returned_on": "2026-03-20", "returned_quantity": "2", "returned_amount": "360.00",
    "reason": "包装破损", "occurred_on": "2026-03-10", "channel": "拜访", "summary": "确认二季度需求",
    "opened_on": "2026-03-21", "closed_on": "2026-03-25", "severity": "一般",
    "complaint": "两件包装破损", "resolution": "补发两件", "answered_on": "2026-04-01", "instrument": "NPS", "score": "9",
    "criterion": "潜力", "rated_on": "2026-04-02", "value": "85", "evidence_kind": "客户访谈",
    "evidence_source": "年度拜访纪要", "referred_name": "示例：大江贸易有限公司",
    "referred_on": "2026-04-05", "won": "是", "delivered_on": "2026-04-08", "service_kind": "培训",
    "hours": "6", "given": "设备维护培训",
}  # fmt: skip
_CAME_LATER = {
    "客户": ["标签"],
    "联系人": ["所属方"],
    "退货": ["币种"],
    "投诉": ["处理结果"],
}  # not in every template out there
# 行业 and 城市 are read as these by themselves; only what was exported has a version; of the ways to
# give an amount the plainest is enough.
_LEFT_OUT = {
    "industry", "region", "country", "seen_id", "seen_version", "unit_price", "amount_with_tax", "tax",
    "tax_rate",
}  # fmt: skip
_GUIDE = (
    f"{TITLE}（填写说明）",
    "每张表一类数据，第一行是列名，第二行是示例（客户编码以“示例”开头的行不会导入）。",
    "客户：客户编码与客户名称至少填一项；其他表用客户编码或客户名称指明客户。",
    "带下拉的列请从列表中选择；日期写成 2026-11-23；金额可写 12000、1.2万 或 ￥12,000.00。",
    "标签可写多个，用顿号、逗号或分号隔开；导入只增加标签，不删除已有的。",
    "空白单元格不会清除系统中已有的内容；同一文件重复导入不会产生重复数据。",
    "导入前系统会检查全部行，列出新增、变更、未变和被拒绝的行；整批导入可以撤销。",
)


def headings(sheet: str) -> list[tuple[str, Field]]:
    """(heading, field) of a sheet's columns in order."""
    found: dict[str, Field] = {}
    for entity in SHEETS[sheet]:
        for item in ENTITIES[entity].fields:
            if item.name not in _LEFT_OUT:
                found.setdefault(heading_of(entity, item), item)
    return list(found.items())


def heading_of(entity: str, item: Field) -> str:
    if (entity, item.name) == ("customers", "business"):
        return "行业"
    if (entity, item.name) == ("customers", "city"):
        return "城市"
    return item.synonyms[0]


def write_template(target: Path) -> None:
    """Write the empty workbook."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(target), {"strings_to_urls": False, "strings_to_formulas": False}
    )
    try:
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "required": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F3E3D3"}),
            "heading": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F5F1E8"}),
            "example": book.add_format(
                {"italic": True, "font_color": "#8A8475", "num_format": "@"}
            ),
            "text": book.add_format({"num_format": "@"}),
            "money": book.add_format({"num_format": "#,##0.00##"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        guide = book.add_worksheet("填写说明")
        guide.set_column(0, 0, 110)
        for row, line in enumerate(_GUIDE):
            guide.write_string(row, 0, line, formats["title"] if row == 0 else None)
        for sheet in SHEETS:
            _write_sheet(book.add_worksheet(sheet), headings(sheet), formats)
    finally:
        book.close()


def _write_sheet(sheet: Any, columns: Sequence[tuple[str, Field]], formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for index, (heading, item) in enumerate(columns):
        style = {MONEY: formats["money"], DATE: formats["date"]}.get(item.kind, formats["text"])
        sheet.set_column(index, index, max(12, len(heading) * 2 + 4), style)
        needed = item.required or item.name in ("code", "name", "customer_code", "customer_name")
        sheet.write_string(0, index, heading, formats["required" if needed else "heading"])
        note = _note(item)
        if note:
            sheet.write_comment(0, index, note, {"x_scale": 1.6})
        words = _words(item)
        if words:
            sheet.data_validation(
                1, index, 5000, index,
                {"validate": "list", "source": words, "error_type": "warning"},
            )  # fmt: skip
        example = _EXAMPLES.get(item.name)
        if example:
            sheet.write_string(1, index, example, formats["example"])


def _words(item: Field) -> list[str]:
    if item.kind == FLAG:
        return ["是", "否"]
    return [words[0] for words in item.choices.values()]


def _note(item: Field) -> str:
    lines = ["必填。" if item.required else ""]
    if item.kind == DATE:
        lines.append("日期，例如 2026-11-23。")
    if item.kind == MONEY:
        lines.append("金额，可写 12000、1.2万、￥12,000.00。")
    if item.max_length:
        lines.append(f"最多 {item.max_length} 个字。")
    others = [word for word in item.synonyms[1:6] if not word.isascii()]
    if others:
        lines.append(f"列名也可写作：{'、'.join(others)}。")
    return "\n".join(line for line in lines if line)


def template_recipe() -> dict[str, Any]:
    """The recipe `template`, as it stands in recipes/template.yaml."""
    sources = {
        f"s{number}": {"file": "*.xls*", "sheet": sheet, "required": False}
        | ({"may_lack": _CAME_LATER[sheet]} if sheet in _CAME_LATER else {})
        for number, sheet in enumerate(SHEETS)
    }
    steps: list[dict[str, Any]] = []
    for number, entities in enumerate(SHEETS.values()):
        for entity in entities:
            fields = {
                item.name: heading_of(entity, item)
                for item in ENTITIES[entity].fields
                if item.name not in _LEFT_OUT
            }
            if entity == "customers":
                fields |= {"industry": "行业", "region": "城市"}
            mark = fields.get("customer_code") or fields.get("code") or fields.get("sku")
            if entity in ("orders", "order_lines"):
                mark = fields["order_no"]
            steps.append(
                {
                    "entity": entity,
                    "source": f"s{number}",
                    "where": [{"column": mark, "starts_with": [EXAMPLE], "negate": True}],
                    "fields": fields,
                }
            )
    order = list(ENTITIES)
    steps.sort(key=lambda step: order.index(str(step["entity"])))
    return {
        "key": RECIPE_KEY,
        "title": {"en": "Key account workbook (template)", "zh-hans": f"{TITLE}（模板）"},
        "sources": sources,
        "steps": steps,
    }
