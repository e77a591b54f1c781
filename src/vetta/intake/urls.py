"""Addresses of the import door, below ``data/``."""

from django.urls import path

from vetta.intake.pages import arriving, batches, quarantine

app_name = "intake"

urlpatterns = [
    path("imports/", batches.batches, name="imports"),
    path("imports/new/", arriving.upload, name="new"),
    path("imports/map/", arriving.map_columns, name="map"),
    path("imports/work/<uuid:job_id>/", arriving.work, name="work"),
    path("imports/work/<uuid:job_id>/cancel/", arriving.cancel_work, name="cancel"),
    path("imports/check/<uuid:job_id>/", arriving.checked, name="checked"),
    path("imports/check/<uuid:job_id>/run/", arriving.run, name="run"),
    path("imports/check/<uuid:job_id>/discard/", arriving.discard, name="discard"),
    path("imports/<str:batch_id>/", batches.batch, name="batch"),
    path("imports/<str:batch_id>/undo/", batches.undo, name="undo"),
    path("imports/<str:batch_id>/resend/", batches.resend, name="resend"),
    path("imports/<str:batch_id>/drop/", batches.drop, name="drop"),
    path("imports/<str:batch_id>/refused/", quarantine.refused, name="refused"),
    path("imports/<str:batch_id>/reason/", quarantine.repair_reason, name="repair-reason"),
    path("imports/<str:batch_id>/signs/", quarantine.remove_signs, name="remove-signs"),
    path("imports/<str:batch_id>/rows/<int:row_id>/", quarantine.repair_row, name="repair-row"),
    path("mappings/", batches.mappings, name="mappings"),
    path("mappings/<str:name>/", batches.mapping, name="mapping"),
]
