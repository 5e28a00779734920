"""What is said of plumes that the scene gives reason to doubt."""

from cathartes.detect.describe import SEVERAL_FLAG


def test_three_plumes_of_one_chemical_are_flagged_and_two_are_not(make_emissive):
    """Roofs are many, vents are few."""
    places = [(30, 30), (75, 90), (120, 40)]
    for n, flagged in ((3, True), (2, False)):
        scene = make_emissive(22, [("deltane", i, j, 80.0) for i, j in places[:n]])
        plumes = [p for p in scene.detect().plumes if p.chemical == "deltane"]
        assert len(plumes) == n
        assert all((SEVERAL_FLAG in p.flags) is flagged for p in plumes)
