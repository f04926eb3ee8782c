"""Made-up addresses as HubSoft writes them: a street, a district and a town near where the phone is at home. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STREETS = (
    "MINAS GERAIS",
    "GOIAS",
    "SEBASTIAO PARDINI",
    "DAS ACACIAS",
    "SETE DE SETEMBRO",
    "QUINZE DE NOVEMBRO",
    "SAO JOSE",
    "DOS IPES",
)
DISTRICTS = ("CENTRO", "IPIRANGA", "SANTO AGOSTINHO", "PORTO VELHO", "BELA VISTA", "SAO LUIZ")
EXTRAS = ("", "", "CASA", "APTO 101", "FUNDOS")


@dataclass(frozen=True, slots=True)
class Town:
    """A town, the first three digits of its postcodes, and where it lies."""

    name: str
    letters: str
    state: str
    postcode: str
    latitude: float
    longitude: float


# First digit of an area code to the largest town there.
TOWNS = {
    "1": Town("São Paulo", "SP", "SÃO PAULO", "013", -23.55, -46.63),
    "2": Town("Rio de Janeiro", "RJ", "RIO DE JANEIRO", "200", -22.91, -43.17),
    "3": Town("Belo Horizonte", "MG", "MINAS GERAIS", "301", -19.92, -43.94),
    "4": Town("Curitiba", "PR", "PARANÁ", "800", -25.43, -49.27),
    "5": Town("Porto Alegre", "RS", "RIO GRANDE DO SUL", "900", -30.03, -51.23),
    "6": Town("Brasília", "DF", "DISTRITO FEDERAL", "700", -15.79, -47.88),
    "7": Town("Salvador", "BA", "BAHIA", "400", -12.97, -38.5),
    "8": Town("Recife", "PE", "PERNAMBUCO", "500", -8.05, -34.88),
    "9": Town("Belém", "PA", "PARÁ", "660", -1.46, -48.5),
}
# The area code that the vendor's pages print.
DIVINOPOLIS = Town("Divinópolis", "MG", "MINAS GERAIS", "355", -20.14, -44.88)


def address(draw: int, phone: str, *, located: bool = False) -> dict[str, Any]:
    """Return the address that a number stands for; only a located one has coordinates, as the page says."""
    town = DIVINOPOLIS if phone.startswith("37") else TOWNS.get(phone[:1], DIVINOPOLIS)
    street, district = STREETS[draw % len(STREETS)], DISTRICTS[draw // 8 % len(DISTRICTS)]
    number, extra = str(1 + draw // 48 % 1800), EXTRAS[draw // 90_000 % len(EXTRAS)]
    where = f"RUA {street}, {number} - {district}, {town.name.upper()}/{town.letters}"
    shift = draw // 500_000 % 1000 / 10_000
    return {
        "completo": f"{where} - {extra}" if extra else where,
        "logradouro": "RUA",
        "endereco": street,
        "numero": number,
        "complemento": extra,
        "bairro": district,
        "cep": f"{town.postcode}{draw // 600_000 % 100:02}-{draw // 60_000_000 % 1000:03}",
        "estado": town.letters,
        "uf": town.state,
        "cidade": town.name,
        "coordenadas": {
            "latitude": round(town.latitude + shift, 7) if located else None,
            "longitude": round(town.longitude - shift, 7) if located else None,
        },
    }
