from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "webapp.promotions"
    label = "promotions"

    def ready(self) -> None:
        from webapp.promotions.actions.cancelling import register as register_cancelling
        from webapp.promotions.actions.departures import register as register_departures

        register_cancelling()
        register_departures()
