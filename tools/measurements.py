"""Which measurement each gas of the built-in library is fitted to, and how to read it."""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cathartes.spectra.absorption import AbsorptionSpectrum, Quality

NIST = "NIST Standard Reference Database 79 (QUANT-IR), Chu et al. 1999, doi 10.6028/jres.104.004"
PNNL = "PNNL Northwest Infrared database, Sharpe et al. 2004, doi 10.1366/0003702042641281"
HITRAN = "HITRAN absorption cross-sections"
AER = "HITRAN/PNNL cross-sections in the AER collection"


@dataclass(frozen=True)
class Measurement:
    """One file of the data folder and where its numbers come from."""

    file: str
    origin: str


MEASUREMENTS: dict[str, Measurement] = {
    "ammonia": Measurement("ammonia_NH3", PNNL),
    "acetone": Measurement("acetone", NIST),
    "dichloromethane": Measurement("dichloromethane", NIST),
    "methanol": Measurement("methanol", NIST),
    "ethanol": Measurement("ethanol", NIST),
    "isopropanol": Measurement("isopropanol", NIST),
    "1-butanol": Measurement("1_butanol", NIST),
    "acetic_acid": Measurement("acetic_acid", AER),
    "chloroform": Measurement("chloroform", NIST),
    "ethyl_acetate": Measurement("ethyl_acetate", NIST),
    "vinyl_acetate": Measurement("vinyl_acetate", NIST),
    "MEK": Measurement("2_butanone_MEK", NIST),
    "MTBE": Measurement("MTBE", NIST),
    "ETBE": Measurement("ETBE_ether_stand_in", NIST),
    "benzene": Measurement("benzene", NIST),
    "o-xylene": Measurement("o_xylene", NIST),
    "m-xylene": Measurement("m_xylene", NIST),
    "p-xylene": Measurement("p_xylene", NIST),
    "ethylbenzene": Measurement("ethylbenzene", NIST),
    "tetrachloroethene": Measurement("tetrachloroethene", NIST),
    "1,1,1-trichloroethane": Measurement("1_1_1_trichloroethane", NIST),
    "1,1-dichloroethene": Measurement("1_1_dichloroethene", NIST),
    "carbon_tetrachloride": Measurement("CCl4", HITRAN),
    "SF6": Measurement("SF6", NIST),
    "R-11": Measurement("R_11", AER),
    "R-12": Measurement("R_12", NIST),
    "R-22": Measurement("R_22", AER),
    "R-32": Measurement("R_32", AER),
    "R-125": Measurement("R_125", NIST),
    "R-134a": Measurement("R_134a", AER),
    "R-143a": Measurement("R_143a", AER),
    "R-152a": Measurement("R_152a", AER),
    "CF4": Measurement("CF4", NIST),
    "sulfur_dioxide": Measurement("SO2", NIST),
    "methane": Measurement("CH4", PNNL),
    "ethylene": Measurement("ethylene_C2H4", NIST),
    "propylene": Measurement("propylene", AER),
    "1,3-butadiene": Measurement("1_3_butadiene", NIST),
    "isoprene": Measurement("isoprene", AER),
    "ethylene_oxide": Measurement("ethylene_oxide", NIST),
    "acrylonitrile": Measurement("acrylonitrile", NIST),
    "acetonitrile": Measurement("acetonitrile", NIST),
}


def read_measurement(folder: Path, gas: str) -> AbsorptionSpectrum:
    """Read the measured cross-section of a gas: CSV of cm-1 and cm2 molecule-1, gzipped.

    The first line is a comment with the source and the sample's temperature.
    """
    measurement = MEASUREMENTS[gas]
    path = folder / f"{measurement.file}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        comment = lines.readline()
        table = np.loadtxt(lines, delimiter=",", skiprows=1)
    temperature = re.search(r"(\d{3}(?:\.\d+)?) K", comment)
    resolution = re.search(r"resolution ~?([\d.]+)", comment)
    if temperature is None or resolution is None:
        message = f"{path}: no temperature or no resolution in its first line."
        raise ValueError(message)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return AbsorptionSpectrum(
        gas,
        table[:, 0],
        table[:, 1],
        float(temperature.group(1)),
        101_325.0,
        float(resolution.group(1)),
        Quality.QUANTITATIVE,
        f"{measurement.origin}; {temperature.group(1)} K, {resolution.group(1)} cm-1",
    )
