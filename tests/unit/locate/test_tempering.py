"""Draws are of the density they are asked for, wherever they start."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cathartes.locate.tempering import Student, sample


def start(*middle: float, sd: float = 1.0) -> Student:
    return Student(np.array(middle), sd * np.eye(len(middle)))


def drawn(log_density: object, *starts: Student, n_chains: int = 128) -> NDArray[np.float64]:
    rng = np.random.default_rng(5)
    return sample(log_density, starts, n_chains, 8, rng)  # type: ignore[arg-type]


def test_a_normal_law_is_drawn_from_a_start_that_is_off_and_too_narrow() -> None:
    """Means, spreads and correlation are those of the law, whatever its start."""
    covariance = np.array([[4.0, 1.8, 0.0], [1.8, 1.0, 0.0], [0.0, 0.0, 0.01]])
    precision, middle = np.linalg.inv(covariance), np.array([3.0, -1.0, 0.5])

    def log_density(point: NDArray[np.float64]) -> float:
        return float(-0.5 * (point - middle) @ precision @ (point - middle))

    points = drawn(log_density, start(0.0, 0.0, 0.0, sd=0.7))
    sd = np.sqrt(np.diag(covariance))
    assert points.shape == (2 * 128 * 8, 3)
    assert np.abs((points.mean(axis=0) - middle) / sd).max() < 0.2
    assert np.abs(np.cov(points.T) / np.outer(sd, sd) - covariance / np.outer(sd, sd)).max() < 0.25


def test_a_bent_ridge_is_followed_to_its_ends() -> None:
    """x normal, y about x²."""

    def log_density(point: NDArray[np.float64]) -> float:
        x, y = point
        return float(-0.5 * (x**2 + ((y - x**2) / 0.2) ** 2))

    points = drawn(log_density, start(0.0, 0.0, sd=1.5), n_chains=256)
    assert points[:, 0].std() == pytest.approx(1.0, abs=0.2)
    assert (points[:, 1] - points[:, 0] ** 2).std() == pytest.approx(0.2, abs=0.04)


def test_explanations_far_apart_have_their_shares() -> None:
    """Two tops, one three times as likely; each has particles at the start."""

    def log_density(point: NDArray[np.float64]) -> float:
        near, far = -0.5 * (point[0] + 10.0) ** 2, -0.5 * (point[0] - 10.0) ** 2
        return float(np.logaddexp(near + np.log(3.0), far))

    points = drawn(log_density, start(-10.0), start(10.0), n_chains=256)
    assert (points < 0).mean() == pytest.approx(0.75, abs=0.06)


def test_where_nothing_is_nobody_stays() -> None:
    """Half of the start is outside of what is possible."""

    def log_density(point: NDArray[np.float64]) -> float:
        return float(-point[0]) if point[0] > 0 else -np.inf

    points = drawn(log_density, start(0.0), n_chains=512)
    assert points.min() > 0
    assert points.mean() == pytest.approx(1.0, abs=0.15)


def test_a_student_is_as_wide_as_it_says() -> None:
    """Draws of its own density, by the ratio of both at each: the mean of 1 is 1."""
    root = np.array([[2.0, 0.0], [-1.0, 0.5]])
    one = Student(np.array([1.0, 2.0]), root)
    wider = Student(one.middle, 1.5 * root)
    points = one.draw(40_000, np.random.default_rng(1))
    ratio = np.exp(wider.log_density(points) - one.log_density(points))
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)
    moved = one.moved_to(points, np.ones(len(points)))
    # The covariance of a t of five degrees of freedom is 5/3 of its scale.
    assert moved.root @ moved.root.T == pytest.approx(1.1**2 * 5 / 3 * root @ root.T, rel=0.06)
