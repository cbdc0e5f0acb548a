"""The explorer of principal components."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA

from utils.explore import pca_faces

SHAPE = (6, 5)


def test_more_components_bring_the_face_nearer(explorer: Any) -> None:
    faces = np.random.default_rng(0).uniform(0.3, 0.7, (30, 30)).astype("float32")
    other = np.full_like(faces, 0.25)
    pca = PCA(20).fit(faces)
    shown = explorer(pca_faces.components, pca, faces[:4], SHAPE, other, "network")
    k, which = shown.controls
    errors = []
    for k.value in (0, 4, 20):
        for which.value in range(4):
            face, rebuilt, _, network = shown.middles(4)[:, 0]
            assert face == pytest.approx(float(faces[which.value].reshape(SHAPE)[3, 2]), abs=0.01)
            assert network == pytest.approx(0.25, abs=0.01)
            errors.append(abs(face - rebuilt))
    assert "k = 20<br>MSE 0.0" in shown.words and "80 bytes" in shown.words
    assert np.mean(errors[8:]) < np.mean(errors[:4])


def test_the_static_figure_shows_the_other_model(explorer: Any) -> None:
    faces = np.random.default_rng(0).uniform(0.3, 0.7, (30, 30)).astype("float32")
    pca = PCA(20).fit(faces)
    figures = {
        explorer(pca_faces.components, pca, faces, SHAPE, np.full_like(faces, grey), "net").figure
        for grey in (0.25, 0.75)
    }
    assert len(figures) == 2


@pytest.mark.parametrize(("components", "last"), [(1, [0, 1]), (3, [2, 3]), (200, [192, 200])])
def test_stops_end_with_all_components(components: int, last: list[int]) -> None:
    assert pca_faces.stops(components)[-2:] == last


def test_no_component_gives_the_mean_face() -> None:
    x = np.random.default_rng(1).random((10, 8))
    pca = PCA(8).fit(x)
    np.testing.assert_allclose(pca_faces.rebuilt(pca, x[0], 0), x.mean(axis=0))
    np.testing.assert_allclose(pca_faces.rebuilt(pca, x[0], 8), x[0])
