"""The tables of the room."""

from webapp.promotions.models.courier_stop import CourierStop
from webapp.promotions.models.origin_rule import OriginRule
from webapp.promotions.models.promotion import Promotion, PromotionItem

__all__ = ["CourierStop", "OriginRule", "Promotion", "PromotionItem"]
