"""Draws, results and tickets."""

from django.contrib.sitemaps import views as sitemaps
from django.urls import path, re_path

from draws.pictures.files import NAME
from draws.sharing.sitemaps import SITEMAPS
from draws.views import claims, detail, fairness, lists, live, pictures, sharing, verify

app_name = "draws"

urlpatterns = [
    path("", lists.open_draws, name="list"),
    path("draws/<int:draw_id>/", detail.detail, name="detail"),
    path("draws/<int:draw_id>/live/", live.room, name="room"),
    path("draws/now.json", live.now, name="now"),
    path("draws/<int:draw_id>/closing.ics", live.calendar, name="calendar"),
    path("draws/<int:draw_id>/open/", detail.open_result, name="open_result"),
    path("draws/<int:draw_id>/remind/", detail.remind, name="remind"),
    path("draws/<int:draw_id>/enter/", detail.enter, name="enter"),
    path("draws/<int:draw_id>/verify/", verify.verify, name="verify"),
    path("verify/lucky11_checker.html", verify.checker_page, name="checker_page"),
    path("draws/<int:draw_id>/proof.json", fairness.proof, name="proof"),
    path("draws/<int:draw_id>/tickets/", fairness.ticket_list, name="ticket_list"),
    path("draws/<int:draw_id>/tickets.txt", fairness.list_text, name="list_text"),
    path("log/", fairness.log_page, name="log"),
    path("log.json", fairness.log_json, name="log_json"),
    path("verify/lucky11_verify.py", fairness.checker, name="checker"),
    path("fair-draws/", fairness.fair, name="fair"),
    path("winners/", lists.winners, name="winners"),
    path("winners/<int:winner_id>/claim/", claims.claim, name="claim"),
    path("winners/old-site/", lists.old_winners, name="old_winners"),
    path("tickets/", lists.tickets, name="tickets"),
    re_path(rf"^pictures/(?P<name>{NAME})$", pictures.uploaded, name="picture"),
    re_path(
        r"^pictures/made/(?P<number>[0-9]{1,10})-(?P<fingerprint>[0-9a-f]{8})(?P<shape>(?:-wide(?:-rtl)?)?)\.svg$",
        pictures.made,
        name="made_picture",
    ),
    path("tickets/old-site/", lists.old_tickets, name="old_tickets"),
    path("how-it-works/", lists.how, name="how"),
    re_path(
        r"^draws/(?P<draw_id>[0-9]{1,9})/card-(?P<fingerprint>[0-9a-f]{12})\.png$",
        sharing.card_picture,
        name="card",
    ),
    path("embed/<int:draw_id>/", sharing.embed, name="embed"),
    path("oembed", sharing.oembed_json, name="oembed"),
    re_path(r"^feeds/(?P<kind>open|results)\.atom$", sharing.feed_atom, name="feed"),
    re_path(r"^feeds/(?P<kind>open|results)\.json$", sharing.feed_json, name="feed_json"),
    path("feeds/open.ics", sharing.feed_calendar, name="feed_calendar"),
    path("robots.txt", sharing.robots, name="robots"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "draws:sitemap_part"},
        name="sitemap",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap_part"),
]
