from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "webapp.promotions"
    label = "promotions"
