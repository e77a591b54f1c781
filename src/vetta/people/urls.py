"""Addresses of the room. Keys may hold any character, so what follows a key comes first here."""

from django.urls import path

from . import pages

app_name = "people"
urlpatterns = [
    path("", pages.people, name="list"),
    path("chart/", pages.chart, name="chart"),
    path("chart/branch/", pages.branch, name="branch"),
    path("positions/", pages.positions, name="positions"),
    path("positions/new/", pages.add_position, name="new-position"),
    path("teams/", pages.teams, name="teams"),
    path("teams/new/", pages.add_team, name="new-team"),
    path("teams/of/<path:key>/change/", pages.change_team, name="change-team"),
    path("attributes/", pages.add_attribute, name="new-attribute"),
    path("access/", pages.access, name="access"),
    path("access/limits/", pages.add_scope, name="add-scope"),
    path("access/limits/<int:scope>/end/", pages.end_scope, name="end-scope"),
    path("new/", pages.add_person, name="new"),
    path("person/<path:key>/change/", pages.change_person, name="change"),
    path("person/<path:key>/move/", pages.move_person, name="move"),
    path("person/<path:key>/move/effect/", pages.effect, name="effect"),
    path("person/<path:key>/leave/", pages.leave, name="leave"),
    path("person/<path:key>/return/", pages.return_from_leave, name="return"),
    path("person/<path:key>/end/", pages.end_employment, name="end"),
    path("person/<path:key>/rehire/", pages.rehire, name="rehire"),
    path("person/<path:key>/attribute/", pages.set_attribute, name="attribute"),
    path("person/<path:key>/sign-in/", pages.link_sign_in, name="sign-in"),
    path("person/<path:key>/erase/", pages.erase_person, name="erase"),
    path("person/<path:key>/", pages.person, name="person"),
]
