"""Fixed vocabularies of facts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CONFIRMED = "confirmed", _("Confirmed")
    SHIPPED = "shipped", _("Shipped")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("Bank transfer")
    ACCEPTANCE = "acceptance", _("Acceptance bill")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    OTHER = "other", _("Other")


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    WECHAT = "wechat", _("WeChat")
    MEETING = "meeting", _("Face to face")
    ONLINE = "online", _("Online meeting")
    OTHER = "other", _("Other")


class Severity(models.IntegerChoices):
    LOW = 1, _("Minor")
    MEDIUM = 2, _("Serious")
    HIGH = 3, _("Critical")


class Instrument(models.TextChoices):
    """How satisfaction was asked: NPS 0-10, CSAT 1-5, CES 1-7 (7 = easy)."""

    NPS = "nps", "NPS"
    CSAT = "csat", "CSAT"
    CES = "ces", "CES"


class EvidenceKind(models.TextChoices):
    DATA = "data", _("Data analysis")
    INTERVIEW = "interview", _("Customer interview")
    SURVEY = "survey", _("Market survey")


class ServiceKind(models.TextChoices):
    TRAINING = "training", _("Training")
    SUPPORT = "support", _("Technical support")
    CUSTOMISATION = "customisation", _("Customisation")


class Criterion(models.TextChoices):
    """What an expert may rate, 0 to 100."""

    POTENTIAL = "potential", _("Potential")
    DEMONSTRATION = "demonstration", _("Demonstration effect")
    WINNABLE = "winnable", _("Winnable and doable")
    WILLINGNESS = "willingness", _("Willingness to cooperate")
    MARKET_TREND = "market_trend", _("Market trend")
    EXPANSION = "expansion", _("Expansion plans")
    CUSTOMISATION_DEMAND = "customisation_demand", _("Customisation demand")
    DEPENDENCE = "dependence", _("Dependence on us")
    STRATEGIC_FIT = "strategic_fit", _("Strategic fit")
    BRAND = "brand", _("Market and brand influence")
    CROSS_SELL = "cross_sell", _("Room for cross-selling")
