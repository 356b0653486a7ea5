from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "webapp.promotions"
    label = "promotions"

    def ready(self) -> None:
        from webapp.labels.closed_tasks import register_closed
        from webapp.promotions.actions.cancelling import register as register_cancelling
        from webapp.promotions.actions.departures import register as register_departures
        from webapp.promotions.opening import tasks_closed

        register_cancelling()
        register_closed(tasks_closed)
        register_departures()
