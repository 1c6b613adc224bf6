"""Folders of images: every file counts or is named, and pixels mean the same in every format."""

import os
import shutil

import numpy as np
import pytest

from fourbeat.data import folders, pictures
from fourbeat.errors import ConfigError, DataError

Image = pytest.importorskip("PIL.Image")


def grey(height=4, width=6):
    return np.linspace(0, 255, height * width).reshape(height, width).round().astype(np.uint8)


def saved(path, array_or_image, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = array_or_image
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(path, **options)
    return path


def test_files_come_sorted_and_hidden_ones_are_passed_over(tmp_path):
    for name in ("b/2.png", "b/10.png", "a/deep/1.png", ".git/x.png", "a/.DS_Store"):
        saved(tmp_path / name.replace(".DS_Store", ".x.png"), grey())
    (tmp_path / "README.md").write_text("about")
    found = folders.listing(tmp_path)
    assert found.names == ["a/deep/1.png", "b/10.png", "b/2.png"]
    assert found.left == ["README.md"]
    assert folders.by_class(found) == ["a", "b", "b"]


def test_the_identity_is_of_names_and_contents(tmp_path):
    saved(tmp_path / "one" / "a" / "1.png", grey())
    saved(tmp_path / "one" / "b" / "2.png", grey() // 2)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    first = folders.identity(tmp_path / "one")
    (tmp_path / "two" / ".hidden").write_text("x")
    assert folders.identity(tmp_path / "two") == first
    (tmp_path / "two" / "b" / "2.png").rename(tmp_path / "two" / "a" / "2.png")
    assert folders.identity(tmp_path / "two") != first
    saved(tmp_path / "one" / "b" / "2.png", grey() // 3)
    assert folders.identity(tmp_path / "one") != first
    assert not folders.unchanged(tmp_path / "one", first)
    read = pictures.read(folders.listing(tmp_path / "one").paths())
    names = folders.listing(tmp_path / "one").names
    assert folders.digest(names, read.sha256s) == folders.identity(tmp_path / "one")


def test_links_that_leave_the_folder_are_refused(tmp_path):
    outside = saved(tmp_path / "secret.png", grey())
    inner = saved(tmp_path / "set" / "a" / "1.png", grey())
    (tmp_path / "set" / "a" / "again.png").symlink_to(inner)
    assert len(folders.listing(tmp_path / "set").names) == 2
    (tmp_path / "set" / "a" / "out.png").symlink_to(outside)
    (tmp_path / "set" / "a" / "gone.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "set" / "loop").symlink_to(tmp_path / "set")
    os.mkfifo(tmp_path / "set" / "a" / "pipe.png")
    with pytest.raises(DataError) as caught:
        folders.listing(tmp_path / "set")
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for message in (
        r"leads out of the folder",
        "leads nowhere",
        "leads to a folder",
        "neither a file nor a folder",
    ):
        assert message in text


def test_folders_that_are_not_classes(tmp_path):
    with pytest.raises(DataError, match="has no sub-folders"):
        folders.by_class(folders.listing(tmp_path))
    saved(tmp_path / "train" / "a" / "1.png", grey())
    saved(tmp_path / "test" / "a" / "1.png", grey())
    with pytest.raises(DataError, match="are splits, not classes.*train --test .*test"):
        folders.by_class(folders.listing(tmp_path))
    saved(tmp_path / "loose.png", grey())
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as caught:
        folders.by_class(folders.listing(tmp_path))
    assert {p.fact for p in caught.value.problems} == {
        "an image outside of the class folders",
        "the class has no images",
    }


def test_every_broken_file_is_named_at_once(tmp_path):
    good = saved(tmp_path / "good.png", grey())
    whole = good.read_bytes()
    contents = {
        "empty.png": b"",
        "text.jpg": b"not an image",
        "cut.png": whole[: len(whole) // 2],
        "flipped.png": whole[:50] + bytes([whole[50] ^ 0xFF]) + whole[51:],
        "program.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    saved(tmp_path / "fractions.tif", Image.fromarray(np.ones((4, 6), np.float32)))
    with pytest.raises(DataError) as caught:
        pictures.read(sorted(tmp_path.iterdir()))
    named = {problem.place.rpartition("/")[2] for problem in caught.value.problems}
    assert named == {*contents, "fractions.tif"}


def test_grey_stays_grey_only_if_all_are(tmp_path):
    one = saved(tmp_path / "1.png", grey())
    two = saved(tmp_path / "2.png", np.stack([grey(), grey() // 2, grey() // 4], axis=2))
    assert pictures.read([one]).pixels.shape == (1, 1, 4, 6)
    both = pictures.read([one, two])
    assert both.pixels.shape == (2, 3, 4, 6)
    np.testing.assert_array_equal(both.pixels[0], np.stack([grey()] * 3))
    np.testing.assert_array_equal(both.pixels[1, 1], grey() // 2)
    assert both.notes == ["1 of 2 images taken as colour, though grey."]
    turned = pictures.read([one, two], channels=1)
    assert turned.notes == ["1 of 2 images turned from colour to grey."]


def test_every_mode_means_the_same_picture(tmp_path):
    picture = Image.fromarray(grey())
    expected = grey()[None]
    clear = picture.convert("LA")
    clear.putalpha(Image.fromarray(np.full((4, 6), 0, np.uint8)))
    wide = Image.fromarray(grey().astype(np.uint16) * 257)
    cases = {
        "grey.png": (picture, expected, 0),
        "wide.png": (wide, expected, 0),
        "wide.tif": (wide, expected, 0),
        "clear.png": (clear, np.full((1, 4, 6), 255), 0),
        "rgb.png": (picture.convert("RGB"), expected.repeat(3, axis=0), 0),
        "rgba.png": (picture.convert("RGBA"), expected.repeat(3, axis=0), 0),
        "palette.png": (picture.convert("P"), expected.repeat(3, axis=0), 0),
        "palette.gif": (picture.convert("P"), expected.repeat(3, axis=0), 0),
        "cmyk.tif": (picture.convert("RGB").convert("CMYK"), expected.repeat(3, axis=0), 2),
        "bits.png": (picture.convert("1", dither=0), (grey()[None] > 127) * 255, 0),
    }
    for name, (image, wanted, slack) in cases.items():
        found = pictures.read([saved(tmp_path / name, image)])
        np.testing.assert_allclose(found.pixels[0].astype(int), wanted, atol=slack, err_msg=name)
    half = Image.new("RGBA", (6, 4), (0, 0, 0, 128))
    found = pictures.read([saved(tmp_path / "half.png", half)])
    assert set(found.pixels.flatten().tolist()) == {127}
    assert found.notes == ["1 of 1 images laid on white where transparent."]


def test_images_stand_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: to be shown, it is turned a quarter clockwise
    path = saved(tmp_path / "turned.png", Image.fromarray(grey()), exif=exif)
    np.testing.assert_array_equal(pictures.read([path]).pixels[0, 0], np.rot90(grey(), -1))


def test_mixed_sizes_become_the_most_common_or_the_given(tmp_path):
    paths = [saved(tmp_path / f"{i}.png", grey(8, 8)) for i in range(2)]
    paths.append(saved(tmp_path / "big.png", grey(16, 32)))
    read = pictures.read(paths)
    assert read.pixels.shape == (3, 1, 8, 8)
    assert read.notes == ["1 of 3 images resized to 8 x 8."]
    assert pictures.read(paths, size=(5, 7)).pixels.shape == (3, 1, 5, 7)
    with pytest.raises(DataError, match="3 images of 90000 x 90000 take 23 GiB.*image.size"):
        pictures.read(paths, size=(90_000, 90_000))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = saved(tmp_path / "big.png", grey(16, 32))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    with pytest.raises(DataError, match="512 pixels, more than 300"):
        pictures.read([path])


def test_without_pillow_the_remedy_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL.Image", None)
    with pytest.raises(ConfigError, match=r"Pillow, which is not installed.*fourbeat\[image\]"):
        pictures.read([tmp_path / "1.png"])
