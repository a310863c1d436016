import cat from "./samples/black-cat.png";
import denmark from "./samples/denmark.png";
import fig from "./samples/fig.jpg";
import mapleLeaf from "./samples/maple-leaf.png";
import picos from "./samples/picos-de-europa.jpg";
import seeding from "./samples/seeding.jpg";

export interface Sample {
  readonly name: string;
  readonly address: string;
}

/** Pictures that the shipped tokenizer has not seen in training; whose they are is in samples/README.md. */
export const SAMPLES: readonly Sample[] = [
  { name: "fig", address: fig },
  { name: "dandelions", address: seeding },
  { name: "mountains", address: picos },
  { name: "maple leaf", address: mapleLeaf },
  { name: "black cat", address: cat },
  { name: "flag", address: denmark },
];
