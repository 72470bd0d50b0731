"""Names from which the authors of the made-up year are put together. Any likeness is chance."""

from __future__ import annotations

FIRST = (
    "Adaeze", "Agnes", "Aksel", "Alba", "Amaru", "Anouk", "Arvid", "Aylin", "Beatriz", "Benno", "Bruna",
    "Caspian", "Clea", "Cosima", "Dafydd", "Delia", "Dilan", "Edda", "Emre", "Enora", "Fabrice",
    "Farida", "Finn", "Florian", "Gesa", "Gwen", "Hakim", "Hanne", "Ilse", "Imre", "Isaura", "Ivo",
    "Jaya", "Jorge", "Jule", "Kasimir", "Keziah", "Lamine", "Leni", "Lior", "Loïc", "Maëva", "Mahmut",
    "Maite", "Marek", "Mirela", "Nils", "Nuria", "Odette", "Okke", "Paloma", "Pippa", "Quirin", "Rafa",
    "Ronja", "Sabela", "Sanna", "Tariq", "Tilda", "Ulla", "Valentin", "Wanda", "Xaver", "Yusra", "Zoé",
    "Zsolt",
)  # fmt: skip

LAST = (
    "Abendroth", "Achebe", "Albarrán", "Ashgrove", "Barkwith", "Besson", "Birkholz", "Brightmoor",
    "Calder", "Carvajal", "Clutterbuck", "Dahlke", "Delacourt", "Dunnock", "Echevarría", "Eastlake",
    "Engelke", "Fairweather", "Fontanet", "Gantry", "Gillespie-Noor", "Grandpré", "Haberkorn", "Hollis",
    "Ibarrola", "Ingersoll", "Jansky", "Kestrel", "Kowalczyk", "Lachance", "Larkspur", "Lindqvist",
    "Madrazo", "Marchetti-Low", "Merriweather", "Moreau", "Nightingale", "Nwosu", "Oberländer", "Olmedo",
    "Osei", "Pargeter", "Quiroga", "Rautenberg", "Redfern", "Rosquist", "Sandoval", "Schimmelpfennig",
    "Sevigny", "Soares", "Tamarack", "Thistle", "Trémaux", "Underhill", "Urbanek", "Vasquez-Lund",
    "Vogelsang", "Whitlock", "Wolframm", "Yilmaz", "Zubeldia",
)  # fmt: skip
