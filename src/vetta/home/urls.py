"""Addresses of the first page and of the settings."""

from django.urls import path

from vetta.home.pages import audit, entrance, index, jobs, organisation, profile, tokens, users

app_name = "home"
urlpatterns = [
    path("", index.index, name="index"),
    path("invitation/<str:secret>/", entrance.invitation, name="invitation"),
    path("settings/organisation/", organisation.organisation, name="organisation"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/users/", users.users, name="users"),
    path("settings/users/invite/", users.invite, name="invite"),
    path("settings/users/<int:pk>/", users.user, name="user"),
    path("settings/users/<int:pk>/grant/", users.grant, name="grant"),
    path("settings/users/<int:pk>/deactivate/", users.deactivate, name="deactivate"),
    path("settings/users/<int:pk>/reactivate/", users.reactivate, name="reactivate"),
    path("settings/users/<int:pk>/erase/", users.erase, name="erase"),
    path("settings/grants/<int:pk>/revoke/", users.revoke, name="revoke"),
    path("settings/invitations/<int:pk>/withdraw/", users.withdraw, name="withdraw"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/new/", tokens.make, name="make-token"),
    path("settings/tokens/service/", tokens.make_service, name="make-service-token"),
    path("settings/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke-token"),
    path("settings/jobs/", jobs.jobs, name="jobs"),
    path("settings/jobs/<uuid:pk>/", jobs.job, name="job"),
    path("settings/jobs/<uuid:pk>/progress/", jobs.progress, name="job-progress"),
    path("settings/jobs/<uuid:pk>/cancel/", jobs.cancel, name="cancel-job"),
    path("settings/jobs/<uuid:pk>/retry/", jobs.retry, name="retry-job"),
    path("settings/audit/", audit.trail, name="audit"),
    path("settings/audit/verify/", audit.verify, name="verify-audit"),
    path("settings/audit/<int:sequence>/", audit.entry, name="audit-entry"),
]
