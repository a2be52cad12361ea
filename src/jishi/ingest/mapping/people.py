"""Contacts: who the people at a customer are, and what they do there."""

from __future__ import annotations

from jishi.ingest.mapping import vocabulary as words
from jishi.ingest.mapping.fields import (
    BIRTHDAY,
    CHOICE,
    CODE,
    FLAG,
    TEXT,
    Entity,
    Field,
    gettext_noop,
    whose,
)


# What is the person's own, wherever he works; the other fields are about one position.
PERSONAL = frozenset(
    {
        "contact_code", "contact_name", "party", "mobile", "contact_phone", "contact_email",
        "wechat", "birthday", "birth_calendar", "note",
    }
)  # fmt: skip

CONTACTS = Entity(
    "contacts",
    gettext_noop("Contacts"),
    (
        *whose(),
        Field(
            "contact_code",
            CODE,
            gettext_noop("Contact code"),
            ("联系人编码", "联系人编号", "contact id"),
            "code",
            max_length=40,
        ),
        Field(
            "contact_name",
            TEXT,
            gettext_noop("Contact"),
            (
                "联系人",
                "联系人姓名",
                "姓名",
                "关键人",
                "对接人",
                "contact",
                "contact name",
                "contact person",
                "full name",
            ),
            "name",
            required=True,
            max_length=80,
        ),
        Field(
            "party",
            CHOICE,
            gettext_noop("Side"),
            ("所属方", "归属方", "人员归属", "party", "side"),
            "party",
            choices=words.PARTIES,
        ),
        Field(
            "title",
            TEXT,
            gettext_noop("Title"),
            (
                "职务",
                "职位",
                "岗位",
                "联系人职务",
                "title",
                "job title",
                "contact title",
                "position",
            ),
            "title",
            max_length=80,
        ),
        Field(
            "department",
            TEXT,
            gettext_noop("Department"),
            ("部门", "department"),
            "department",
            max_length=80,
        ),
        Field(
            "mobile",
            TEXT,
            gettext_noop("Mobile"),
            (
                "手机",
                "手机号",
                "手机号码",
                "联系人手机",
                "移动电话",
                "mobile",
                "mobile phone",
                "cell",
            ),
            "mobile",
            max_length=40,
        ),
        Field(
            "contact_phone",
            TEXT,
            gettext_noop("Phone"),
            ("联系电话", "电话", "座机", "联系人电话", "contact phone"),
            "phone",
            max_length=40,
        ),
        Field(
            "contact_email",
            TEXT,
            gettext_noop("E-mail"),
            ("邮箱", "电子邮箱", "电子邮件", "联系人邮箱", "email", "e-mail", "email address"),
            "email",
            max_length=254,
        ),
        Field(
            "wechat",
            TEXT,
            gettext_noop("WeChat"),
            ("微信", "微信号", "wechat"),
            "wechat",
            max_length=60,
        ),
        Field(
            "birthday",
            BIRTHDAY,
            gettext_noop("Birthday"),
            ("生日", "出生日期", "birthday", "birth date"),
            "birthday",
        ),
        Field(
            "birth_calendar",
            CHOICE,
            gettext_noop("Birthday by"),
            ("生日历法", "公历农历", "生日类型", "birthday calendar"),
            "birth_calendar",
            choices=words.CALENDARS,
        ),
        Field(
            "buying_role",
            CHOICE,
            gettext_noop("Part in the decision"),
            ("决策角色", "采购角色", "角色", "buying role"),
            "buying_role",
            choices=words.BUYING_ROLES,
        ),
        Field(
            "stance",
            CHOICE,
            gettext_noop("Stance"),
            ("态度", "立场", "stance"),
            "stance",
            choices=words.STANCES,
        ),
        Field(
            "is_primary",
            FLAG,
            gettext_noop("First contact"),
            ("首要联系人", "主要联系人", "是否主联系人", "primary contact"),
            "is_primary",
        ),
        Field(
            "note",
            TEXT,
            gettext_noop("Note"),
            ("联系人备注", "contact note"),
            "note",
            max_length=4000,
        ),
    ),
    key=("customer_code", "customer_name", "contact_name"),
    id_field="contact_code",
)
