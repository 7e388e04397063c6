"""Support materials: versions, what sales sees of them, and what they did in deals."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from execute.actions import materials
from execute.models import DealMaterial, Material, MaterialVersion
from execute.numerics.filetypes import TYPES, LyingType, content_type
from execute.queries.materials import materials_for_deal, win_share
from ipeo import tenancy
from tests.factories.execute import (
    DealFactory,
    DealStageFactory,
    MaterialFactory,
    MaterialVersionFactory,
)
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return Path(tmp_path)


@pytest.fixture
def at(workspace):
    return lambda path: f"/w/{workspace.slug}/{path}"


def pdf(name="roi.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def kept(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_sales_keeps_the_approved_version_until_the_next_is_approved(member):
    manager = member("manager")
    material = materials.add_material(
        material=Material(name="ROI one-pager"), by=member("marketer"), url="https://b.test/1"
    )
    assert (material.status, material.approved) == ("draft", None)
    first = materials.approve_material(material=material, by=manager).approved
    second = materials.add_version(
        material=material, by=member("marketer"), url="https://b.test/2", change_note="New price"
    )
    material.refresh_from_db()
    assert (second.number, second.state) == (2, "waiting")
    assert (material.status, material.approved) == ("approved", first)
    assert materials.approve_version(version=second, by=manager).approved == second
    with pytest.raises(materials.AlreadyDecided):
        materials.approve_version(version=first, by=manager)


def test_an_edit_leaves_the_approval_that_came_meanwhile(member):
    edited = materials.add_material(material=Material(name="ROI one-pager"), by=None, url="")
    materials.approve_material(material=Material.objects.get(pk=edited.pk), by=member("manager"))
    edited.name = "ROI sheet"
    materials.save_material(material=edited)
    stored = Material.objects.get(pk=edited.pk)
    assert (stored.name, stored.status, stored.approved.number) == ("ROI sheet", "approved", 1)


def test_a_version_sent_back_tells_why_and_is_never_approved(member):
    version = MaterialVersionFactory()
    with pytest.raises(materials.ReasonNeeded):
        materials.send_back(version=version, by=member("manager"), reason="  ")
    back = materials.send_back(version=version, by=member("manager"), reason="The saving is wrong")
    assert (back.state, back.reason) == ("sent_back", "The saving is wrong")
    with pytest.raises(materials.AlreadyDecided):
        materials.approve_version(version=version, by=member("manager"))
    with pytest.raises(materials.NothingToApprove):
        materials.approve_material(material=version.material, by=member("manager"))


def test_a_retired_material_comes_back_with_what_sales_had(member):
    version = MaterialVersionFactory()
    material = materials.approve_version(version=version, by=member("manager"))
    assert materials.retire_material(material=material).status == "retired"
    assert materials.bring_back(material=material).status == "approved"
    assert materials.bring_back(material=MaterialFactory(status="retired")).status == "draft"


def test_two_materials_do_not_share_a_name(workspace):
    MaterialFactory(name="ROI one-pager")
    with pytest.raises(materials.MaterialNameTaken):
        materials.save_material(material=Material(name="ROI one-pager"))


def test_a_version_is_a_link_or_a_file(workspace):
    with pytest.raises(materials.LinkOrFile):
        materials.add_version(
            material=MaterialFactory(), by=None, url="https://b.test/1", upload=pdf()
        )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("roi.pdf", b"MZ\x90\0 a program"),
        ("roi.pdf", b""),
        ("roi.exe", b"MZ\x90\0"),
        ("page.html", b"<html>"),
        ("roi.txt", b"<script>alert(1)</script>"),
        ("roi.docx", b"PK\x03\x04 not an archive"),
        ("roi", PDF),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused_and_not_kept(name, content, workspace, media):
    with pytest.raises(materials.FileRefused):
        materials.add_version(material=MaterialFactory(), by=None, upload=pdf(name, content))
    assert kept(media) == []
    assert not MaterialVersion.objects.exists()


def test_a_file_goes_with_the_work_around_it_that_was_rolled_back(workspace, media):
    with transaction.atomic():
        materials.add_material(material=Material(name="ROI"), by=None, upload=pdf())
        assert len(kept(media)) == 1
        transaction.set_rollback(True)
    assert kept(media) == []
    assert not Material.objects.exists()


def test_a_file_stays_where_only_later_work_was_rolled_back(workspace, media):
    with transaction.atomic():
        material = MaterialFactory()
        materials.add_version(material=material, by=None, upload=pdf())
        with transaction.atomic():
            materials.add_version(material=material, by=None, upload=pdf())
            transaction.set_rollback(True)
    assert [path.read_bytes() for path in kept(media)] == [PDF]


def test_a_file_too_large_is_refused(workspace, settings, media):
    settings.MATERIAL_MAX_BYTES = 10
    with pytest.raises(materials.FileRefused, match="larger than"):
        materials.add_version(material=MaterialFactory(), by=None, upload=pdf())
    assert kept(media) == []


def archive(*names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return held


def test_an_office_file_is_known_by_its_parts():
    parts = archive("[Content_Types].xml", "ppt/presentation.xml")
    assert content_type(parts, "Deck.PPTX") == TYPES[".pptx"][0]
    assert parts.tell() == 0
    with pytest.raises(LyingType, match="The name says DOCX"):
        content_type(parts, "deck.docx")
    with pytest.raises(LyingType):
        content_type(archive("[Content_Types].xml", "ppt/vbaProject.bin"), "deck.pptx")


def test_text_cut_within_a_character_is_still_text():
    assert content_type(io.BytesIO(b"a" * 4095 + "é".encode() * 9), "note.txt") == "text/plain"
    with pytest.raises(LyingType):
        content_type(io.BytesIO(b"caf\xe9"), "note.txt")


def test_a_file_is_sent_to_be_saved_and_only_what_is_approved_to_sales(at, sign_in, member, media):
    browser = sign_in("marketer")
    answer = browser.post(at("materials/new/"), {"name": "ROI", "upload": pdf("../../roi “1”.pdf")})
    material = Material.objects.get()
    assert answer.url == at(f"materials/{material.pk}/")
    version = material.versions.get()
    assert (version.file_name, version.size) == ("roi “1”.pdf", len(PDF))
    assert kept(media)[0].parent == media / "materials" / str(version.workspace_id)
    path = at(f"materials/versions/{version.pk}/file/")
    sales = sign_in("sales_rep")
    assert sales.get(path).status_code == 404
    assert sales.get(at(f"materials/{material.pk}/")).status_code == 404
    sign_in("manager").post(at(f"materials/versions/{version.pk}/approve/"))
    sent = sales.get(path)
    assert b"".join(sent.streaming_content) == PDF
    assert sent["Content-Type"] == "application/pdf"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Disposition"].startswith("attachment;")
    newer = materials.add_version(material=material, by=None, upload=pdf())
    assert sales.get(at(f"materials/versions/{newer.pk}/file/")).status_code == 404
    shown = sales.get(at(f"materials/{material.pk}/")).content.decode()
    assert "Version 1" in shown
    assert "Version 2" not in shown


def test_a_version_of_another_workspace_is_not_found(at, sign_in, workspace):
    with tenancy.scope(WorkspaceFactory()):
        version = MaterialVersionFactory()
    browser = sign_in("owner")
    for page in ("file", "approve", "send-back"):
        path = at(f"materials/versions/{version.pk}/{page}/")
        assert browser.get(path).status_code == 404
        assert browser.post(path).status_code == 404


def test_a_version_comes_back_with_a_reason_on_the_page(at, sign_in):
    version = MaterialVersionFactory()
    manager = sign_in("manager")
    path = at(f"materials/versions/{version.pk}/send-back/")
    assert manager.post(path, {"reason": ""}).status_code == 422
    text = manager.post(path, {"reason": "Name the source"}, follow=True).content.decode()
    assert "Sent back" in text
    assert "Name the source" in text


def test_a_new_version_waits_on_the_page_and_what_is_refused_stays_there(at, sign_in):
    material = MaterialVersionFactory().material
    path = at(f"materials/{material.pk}/versions/new/")
    browser = sign_in("marketer")
    refused = browser.post(path, {"change_note": "Numbers of May", "upload": pdf("roi.png")})
    assert refused.status_code == 422
    assert "Numbers of May" in refused.content.decode()
    assert "The name says PNG" in refused.content.decode()
    wrong = browser.post(path, {"change_note": "x", "url": "ftp://b.test/x"})
    assert wrong.status_code == 422
    assert browser.post(path, {"change_note": "x", "url": "https://b.test/x"}).status_code == 302
    assert material.versions.count() == 2


def test_what_fits_the_deals_program_and_stage_comes_first(workspace):
    program, stage = ProgramFactory(), DealStageFactory(name="Proposal")
    MaterialFactory(name="A any")
    MaterialFactory(name="B stage", stage=stage)
    MaterialFactory(name="C program", program=program)
    MaterialFactory(name="D both", program=program, stage=stage)
    MaterialFactory(name="E draft", program=program, status="draft")
    found = materials_for_deal(DealFactory(program=program, stage=stage))
    assert [row.name for row in found] == ["D both", "C program", "B stage", "A any"]


def test_a_win_share_needs_five_decided_deals(workspace):
    material = MaterialFactory()

    def used(count, **given):
        for _ in range(count):
            DealMaterial.objects.create(deal=DealFactory(**given), material=material)

    used(3, won=True)
    used(1, lost=True)
    used(9)
    assert win_share(material).reason == "Not enough deals"
    used(1, lost=True)
    share = win_share(material)
    assert (share.value, share.n) == (pytest.approx(0.6), 5)
    assert share.low < 0.6 < share.high


@pytest.fixture
def call(workspace, sign_in):
    def go(method, path, body=None, role="manager", **given):
        kwargs = {"content_type": "application/json"} if "format" not in given else {}
        if body is not None:
            kwargs["data"] = body
        headers = {"ipeo-workspace": workspace.slug}
        return getattr(sign_in(role), method)(f"/api/v1/{path}", headers=headers, **kwargs)

    return go


def test_a_material_is_approved_by_a_manager_alone(call):
    body = {"name": "ROI one-pager", "url": "https://b.test/1"}
    made = call("post", "materials/", body, role="marketer").json()
    path = f"materials/{made['id']}/approve/"
    assert call("get", f"materials/{made['id']}/", role="sales_rep").status_code == 404
    assert call("post", path, role="marketer").status_code == 403
    approved = call("post", path).json()
    assert approved["status"] == "approved"
    assert call("post", path).status_code == 409
    versions = call("get", f"material-versions/?material={made['id']}", role="sales_rep").json()
    assert [row["id"] for row in versions["results"]] == [approved["approved"]]
    again = call("post", "materials/", {"name": "ROI one-pager"})
    assert again.status_code == 400
    assert "name" in again.json()["errors"]


def test_a_version_is_uploaded_sent_back_and_fetched_over_the_api(call):
    material = MaterialFactory()
    body = {"material": material.pk, "upload": pdf(), "change_note": "First"}
    made = call("post", "material-versions/", body, format="multipart")
    assert made.status_code == 201
    path = f"material-versions/{made.json()['id']}/"
    assert b"".join(call("get", f"{path}file/").streaming_content) == PDF
    back = call("post", f"{path}send-back/", {"reason": "Name the source"}).json()
    assert (back["state"], back["reason"]) == ("sent_back", "Name the source")
    assert call("post", f"{path}approve/").status_code == 409
    lying = call("post", "material-versions/", body | {"upload": pdf("a.png")}, format="multipart")
    assert "upload" in lying.json()["errors"]


def test_a_deal_page_offers_what_fits_first(at, sign_in, workspace):
    stage = DealStageFactory(name="Proposal")
    MaterialFactory(name="A any")
    MaterialFactory(name="B stage", stage=stage)
    deal = DealFactory(stage=stage)
    sales = sign_in("sales_rep")
    assert f"deals/{deal.pk}/materials/" in sales.get(at(f"deals/{deal.pk}/")).content.decode()
    panel = sales.get(at(f"deals/{deal.pk}/materials/"), headers={"hx-request": "true"})
    text = panel.content.decode()
    assert text.index("B stage") < text.index("A any")
    assert "For the stage" in text
    assert "<html" not in text
