/**
 * The photographs that the default tokenizer learns from, of Debian's wallpaper packages; the packages
 * hold drawings too, which are left out. None of them is in this repository but the three CC ones that
 * `docs/images/default-tokenizer.png` shows.
 */
export interface Photograph {
  /** Below the folder that `fetch-photographs.sh` fills. */
  readonly file: string;
  readonly author: string;
  readonly licence: string;
  /** Held-out ones are only measured and looked at. */
  readonly heldOut: boolean;
}

const lomiri = (name: string, author: string, licence: string, heldOut = false): Photograph => ({
  file: `usr/share/backgrounds/${name}.jpg`,
  author,
  licence,
  heldOut,
});
const mate = (name: string, author: string, heldOut = false): Photograph => ({
  file: `usr/share/backgrounds/mate/nature/${name}.jpg`,
  author,
  licence: "GPL-2+",
  heldOut,
});
const plasma = (name: string, image: string, author: string, heldOut = false): Photograph => ({
  file: `usr/share/wallpapers/${name}/contents/images/${image}`,
  author,
  licence: "LGPL-3",
  heldOut,
});
const held = true;

export const photographs: readonly Photograph[] = [
  lomiri("Picture_1A_by_freespace", "Trevor Freespace", "CC-BY-4.0"),
  lomiri("Picture_0B_by_freespace", "Trevor Freespace", "CC-BY-4.0", held),
  lomiri("Wine_by_Jakkub_Mede", "Jakub Mede", "CC-BY-4.0"),
  lomiri("greentock_by_Peter_Nerlich", "Peter Nerlich", "CC-BY-SA-4.0"),
  lomiri("free_by_Peter_Nerlich", "Peter Nerlich", "CC-BY-SA-4.0"),
  lomiri("seeding_by_Clements_Engelhardt", "Clemens Engelhardt", "CC0-1.0", held),
  lomiri("aitzgorri_by_Aitzol_Berasategi", "Aitzol Berasategi", "CC-BY-4.0"),
  lomiri("friends_by_Aitzol_Berasategi", "Aitzol Berasategi", "CC-BY-4.0"),
  lomiri("sunset_by_Aitzol_Berasategi", "Aitzol Berasategi", "CC-BY-4.0"),
  lomiri("life_by_Aitzol_Berasategi", "Aitzol Berasategi", "CC-BY-4.0"),
  lomiri("picosdeeuropa_by_Aitzol_Berasategi", "Aitzol Berasategi", "CC-BY-4.0", held),
  lomiri("Dragonfly_by_Bolly", "Bolly", "CC-BY-SA-4.0"),
  lomiri("Bridge_by_Sander_Klootwijk", "Sander Klootwijk", "CC-BY-SA-4.0"),
  lomiri("Kleiber_by_Lukas_Baubkus", "Lukas Baubkus", "CC-BY-SA-3.0", held),
  mate("Aqua", "Charles Barbin"),
  mate("Blinds", "Lennart Poettering"),
  mate("Dune", "Marco Cogoni"),
  mate("FreshFlower", "Jens Ansorg"),
  mate("Garden", "Charles Barbin"),
  mate("GreenMeadow", "Timothy Schellhase"),
  mate("LadyBird", "Charles Barbin", held),
  mate("RainDrops", "blackcombwhistler07"),
  mate("Storm", "Sergey Nazarov"),
  mate("TwoWings", "Charles Barbin", held),
  mate("Wood", "Jean-François Fortin Tam"),
  mate("YellowFlower", "Charles Barbin"),
  plasma("BytheWater", "2560x1600.jpg", "Maciej Wiklo"),
  plasma("ColdRipple", "2560x1600.jpg", "Risto Saukonpää"),
  plasma("ColorfulCups", "2560x1600.jpg", "Dmitri Popov", held),
  plasma("DarkestHour", "2560x1600.jpg", "Risto Saukonpää"),
  plasma("EveningGlow", "2560x1600.jpg", "Ian Hex", held),
  plasma("FallenLeaf", "2560x1600.jpg", "Martin Klapetek"),
  plasma("Grey", "2560x1600.jpg", "Sigi Sagi"),
  plasma("Kite", "2560x1600.jpg", "Risto Saukonpää"),
  plasma("OneStandsOut", "2560x1600.jpg", "Risto Saukonpää"),
  plasma("Path", "2560x1600.jpg", "Risto Saukonpää"),
  plasma("summer_1am", "2560x1600.jpg", "Risto Saukonpää"),
];
