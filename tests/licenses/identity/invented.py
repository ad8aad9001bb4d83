"""Licenses that nobody wrote: texts for tests that need no corpus."""

from __future__ import annotations

# Long enough that shingles tell its editions apart, and in nobody's words but ours.
ORCHARD = """\
ORCHARD MODEL COMMUNITY LICENSE
Version 1.0

Copyright (c) 2031 Orchard Growers Guild

1. What this is. The Growers let you pick the fruit of the Orchard Model, carry it home, press it, and give the
juice to your neighbors. "Fruit" means the weights; "Juice" means whatever you press out of them, in any vessel.

2. What you may do. You may plant the seeds in your own garden, graft them on other trees, and sell what ripens,
as long as each basket bears a ribbon that says which orchard the seeds came from and what you changed in them.

3. What you owe. Keep this paper with the basket. If more than nine hundred neighbors drink of it in one season,
write the Growers a letter before the next one, and wait for their answer.

4. What nobody promises. Apples fall. The Growers promise neither sweetness nor the absence of worms, and pay for no
broken tooth, however it came about and whoever had warned them of it.

5. How it ends. Whoever tears off the ribbon loses the right to pick, and returns the ladder within thirty days.
"""

# The same with one duty more.
ORCHARD_NEXT = ORCHARD.replace("Version 1.0", "Version 2.0").replace(
    "5. How it ends.",
    "5. Bees. You shall keep a hive for every twelve trees, and let the inspectors of the Growers count the bees.\n\n"
    "6. How it ends.",
)

QUARRY = """\
QUARRY DATA TERMS

The Quarry keeps its stones in heaps, and each heap has a number. You can carry off a stone if you leave the number
in its place; you can break it, polish it, and build with it, and nobody will ask you which wall it went into.

The Quarry does not weigh stones for you. A stone may be heavier than it looks, may hold water, or may have belonged
to somebody else before; you take it as it lies there, on your own back and by your own cart.

If you quarrel with the Quarry, you do so in the village hall, before noon, and in the language of the village.
"""
