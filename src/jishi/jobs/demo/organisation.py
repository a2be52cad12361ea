"""Who works at the demo company: its teams and the people who sign in."""

from __future__ import annotations

from typing import NamedTuple

from jishi.foundation.enums import Role


COMPANY_NAME = "华岳智能装备有限公司"
DEMO_PASSWORD = "jishi-demo-2026"
"""Of every demo login. It is public, so it must never be given to anybody real."""

TEAM_PREFIX = "华岳·"
# key → (name after the prefix, key of the team above it)
TEAMS: dict[str, tuple[str, str | None]] = {
    "sales": ("销售中心", None),
    "east": ("华东大区", "sales"),
    "shanghai_jiangsu": ("沪苏片区", "east"),
    "zhejiang_anhui": ("浙皖片区", "east"),
    "south": ("华南大区", "sales"),
    "central": ("华中大区", "sales"),
    "southwest": ("西南西北大区", "sales"),
    "north": ("华北东北大区", "sales"),
    "solution": ("方案中心", "sales"),
    "service": ("客户服务中心", None),
    "analysis": ("经营分析部", None),
}


class Person(NamedTuple):
    username: str
    name: str
    role: Role
    team: str | None


PEOPLE = (
    Person("admin", "周启明", Role.ADMIN, None),
    Person("director", "沈国栋", Role.SALES_DIRECTOR, "sales"),
    Person("manager.east", "顾海峰", Role.REGIONAL_MANAGER, "east"),
    Person("kam.li", "李敏", Role.KEY_ACCOUNT_MANAGER, "east"),
    Person("kam.zhao", "赵晨", Role.KEY_ACCOUNT_MANAGER, "central"),
    Person("sales.wang", "王磊", Role.REGIONAL_SALES, "shanghai_jiangsu"),
    Person("solution.he", "何涛", Role.SOLUTION_SALES, "solution"),
    Person("service.lin", "林悦", Role.CUSTOMER_SERVICE, "service"),
    Person("analyst.chen", "陈思远", Role.ANALYST, "analysis"),
    Person("auditor.sun", "孙静", Role.AUDITOR, "analysis"),
    Person("manager.south", "区志远", Role.REGIONAL_MANAGER, "south"),
    Person("manager.central", "覃永康", Role.REGIONAL_MANAGER, "central"),
    Person("manager.southwest", "冉立新", Role.REGIONAL_MANAGER, "southwest"),
    Person("manager.north", "解振华", Role.REGIONAL_MANAGER, "north"),
    Person("kam.qian", "钱雪", Role.KEY_ACCOUNT_MANAGER, "south"),
    Person("kam.luo", "罗毅", Role.KEY_ACCOUNT_MANAGER, "north"),
    Person("sales.jin", "金晓燕", Role.REGIONAL_SALES, "zhejiang_anhui"),
    Person("sales.liang", "梁家辉", Role.REGIONAL_SALES, "south"),
    Person("sales.peng", "彭志强", Role.REGIONAL_SALES, "central"),
    Person("sales.ran", "冉佳", Role.REGIONAL_SALES, "southwest"),
    Person("sales.gao", "高建国", Role.REGIONAL_SALES, "north"),
    Person("solution.xu", "徐静", Role.SOLUTION_SALES, "solution"),
    Person("service.tao", "陶勇", Role.CUSTOMER_SERVICE, "service"),
)

DEMO_LOGINS = tuple(person.username for person in PEOPLE[:10])
"""One login for every role, two for the key account manager."""

# Sales region → who keeps its key accounts, and who its other customers.
KEY_ACCOUNT_MANAGER_OF = {
    "shanghai_jiangsu": "kam.li",
    "zhejiang_anhui": "kam.li",
    "south": "kam.qian",
    "central": "kam.zhao",
    "southwest": "kam.zhao",
    "north": "kam.luo",
}
SALES_OF = {
    "shanghai_jiangsu": "sales.wang",
    "zhejiang_anhui": "sales.jin",
    "south": "sales.liang",
    "central": "sales.peng",
    "southwest": "sales.ran",
    "north": "sales.gao",
}
