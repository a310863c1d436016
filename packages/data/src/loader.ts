import { toSignedUnit } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { fold, type HostTensor, hostTensor, type Key, permutation } from "@fqgan/tensor";
import { type Augmentation, drawView } from "./augmentation.js";
import { type RejectedFile, type Split, UnreadableImagesError } from "./dataset.js";

/** One training batch; the shapes never change. */
export interface Batch {
  /** [B, S, S, 3] float32 in [-1, 1] */
  readonly images: HostTensor;
  /** [B] int32 */
  readonly labels: HostTensor;
  /** [B] positions in the split */
  readonly indices: Int32Array;
}

/** What a loader's batches are a function of, and how far it works ahead. */
export interface LoaderOptions {
  readonly batchSize: number;
  /** Decides the order and the views. */
  readonly key: Key;
  /** Default: none. */
  readonly augmentation?: Partial<Augmentation>;
  /** How many following batches are prepared ahead of time; default 2. */
  readonly prefetch?: number;
}

/** Training batches by step number: to resume, ask for the next step. */
export interface Loader {
  readonly batchSize: number;
  /** Steps until every image was seen once; not a whole number in general. */
  readonly stepsPerEpoch: number;
  /** Batch of a step (0, 1, …): the same key and step always give the same batch. */
  batch(step: number): Promise<Batch>;
  /** Files that could not be read so far; the image after each in the split stood in for it. */
  readonly rejected: readonly RejectedFile[];
}

/**
 * Endless shuffled batches of a split. Epoch e visits the images in the order of the permutation of
 * `fold(key, "epoch", e)`; epochs follow one another without a gap, so a batch may span two.
 */
export function createLoader(split: Split, options: LoaderOptions): Loader {
  const { batchSize, key, prefetch = 2 } = options;
  if (split.count === 0)
    throw new UserError(`createLoader: the split "${split.name}" is empty; train on another one`);
  const augmentation: Augmentation = { crop: 1, flip: false, ...options.augmentation };
  const augments = augmentation.crop > 1 || augmentation.flip;
  const ready = new Map<number, Promise<Batch>>();
  const unreadable = new Map<string, RejectedFile>();
  const orderOf = epochOrders(split.count, key);

  const prepare = async (step: number): Promise<Batch> => {
    const visits = Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
    const indices = Int32Array.from(
      visits,
      (visit) => orderOf(Math.floor(visit / split.count))[visit % split.count]!,
    );
    const views = augments
      ? visits.map((visit) => drawView(fold(key, "view", visit), split.size, augmentation))
      : undefined;
    const pixels = await readWithStandIns({
      read: () => split.images(indices, views),
      indices,
      split,
      unreadable,
    });
    return {
      images: hostTensor(toSignedUnit(pixels), [batchSize, split.size, split.size, 3]),
      labels: labelsOf(split, indices),
      indices,
    };
  };

  const request = (step: number): Promise<Batch> => {
    const known = ready.get(step);
    if (known) return known;
    const batch = prepare(step);
    batch.catch(() => {}); // reported to whoever asks for this step
    ready.set(step, batch);
    return batch;
  };

  return {
    batchSize,
    stepsPerEpoch: split.count / batchSize,
    batch(step) {
      for (const other of ready.keys())
        if (other < step || other > step + prefetch) ready.delete(other);
      const batch = request(step);
      for (let ahead = 1; ahead <= prefetch; ahead++) request(step + ahead);
      ready.delete(step);
      return batch;
    },
    get rejected() {
      return [...unreadable.values()];
    },
  };
}

/** [B] int32 labels of the images at `indices`. */
export function labelsOf(split: Split, indices: Int32Array): HostTensor {
  return hostTensor(Int32Array.from(indices, (index) => split.labels[index]!));
}

/** The order of each epoch; the latest two are kept, since a batch may span them. */
function epochOrders(count: number, key: Key): (epoch: number) => Uint32Array {
  const orders = new Map<number, Uint32Array>();
  return (epoch) => {
    const known = orders.get(epoch);
    if (known) return known;
    for (const old of [...orders.keys()].slice(0, -1)) orders.delete(old);
    const order = permutation(fold(key, "epoch", epoch), count);
    orders.set(epoch, order);
    return order;
  };
}

/**
 * Reads a batch. A file that can't be read is remembered in `unreadable` and the next image of the split
 * takes its place in `indices`: one bad file must not end a long training run, nor go unnoticed.
 */
async function readWithStandIns(options: {
  readonly read: () => Promise<Uint8Array>;
  readonly indices: Int32Array;
  readonly split: Split;
  readonly unreadable: Map<string, RejectedFile>;
}): Promise<Uint8Array> {
  const { read, indices, split, unreadable } = options;
  for (;;)
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnreadableImagesError)) throw error;
      for (const file of error.files) unreadable.set(file.path, file);
      if (unreadable.size >= split.count)
        throw new UserError(
          `split "${split.name}": none of its ${split.count} images can be read, the first: ` +
            `${error.files[0]!.path}: ${error.files[0]!.reason}`,
        );
      for (const position of error.positions) {
        const isBad = () => unreadable.has(split.ids[indices[position]!]!);
        while (isBad()) indices[position] = (indices[position]! + 1) % split.count;
      }
    }
}
