import { type GraphNode, sizeOf } from "../../graph.js";
import { channelsFirst } from "../layout.js";
import { convTranspose, windowOf } from "../plain/transposed.js";
import { input, type LoweringContext, type LowerRule, type LowerRules } from "../rule.js";

type Shape4 = readonly [number, number, number, number];

/**
 * The provider's MaxPool does not say where a maximum is. So for each place of the window, in order, the
 * pixels there are compared with the maximum; whichever meets it first gets the gradient, and a transposed
 * convolution puts every place's share where the place is.
 */
const maxPoolBack: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const { strides, padding, window } = windowOf(node);
  const dy = input(node, "dy");
  const [batch, rows, columns, channels] = dy.shape as Shape4;
  const { top, left, bottom, right } = padding;
  const x = arrays.get(input(node, "input"), channelsFirst);
  const maxima = builder.emit("MaxPool", [x], {
    strides: { ints: strides },
    pads: { ints: [top, left, bottom, right] },
    kernel_shape: { ints: window },
  });
  const widths = builder.ints([0, 0, top, left, 0, 0, bottom, right]);
  const padded = builder.emit("Pad", [x, widths, builder.scalar("float32", LOWEST)]);
  let open = arrays.get(dy, channelsFirst);
  const shares: string[] = [];
  for (let r = 0; r < window[0]; r++)
    for (let c = 0; c < window[1]; c++) {
      const end = [r + (rows - 1) * strides[0] + 1, c + (columns - 1) * strides[1] + 1];
      const bounds = [builder.ints([r, c]), builder.ints(end), builder.ints([2, 3])];
      const pixels = builder.emit("Slice", [padded, ...bounds, builder.ints([...strides])]);
      const isMaximum = builder.emit("Equal", [pixels, maxima]);
      const zero = builder.scalar("float32", 0);
      const share = builder.emit("Where", [isMaximum, open, zero]);
      open = builder.emit("Where", [isMaximum, zero, open]);
      shares.push(arrays.reshape(share, [batch, channels, 1, rows, columns]));
    }
  const places = placesOf(window);
  if (shares.length < places) {
    const nothing = builder.ints([batch, channels, 1, rows, columns]);
    shares.push(builder.emit("Expand", [builder.scalar("float32", 0), nothing]));
  }
  const stacked = places === 1 ? shares[0]! : builder.emit("Concat", shares, { axis: { int: 2 } });
  const images = arrays.reshape(stacked, [batch, channels * places, rows, columns]);
  convTranspose(node, { filter: onePlaceEach(node, context), group: channels, images }, context);
};

const LOWEST = -3.4028234663852886e38;

/**
 * One for each place of a window, and an empty one where they would be a multiple of four: a group of so many
 * channels is what the provider's ConvTranspose (onnxruntime 1.30) gets wrong.
 */
const placesOf = ([rows, columns]: readonly [number, number]): number =>
  (rows * columns) % 4 === 0 ? rows * columns + 1 : rows * columns;

/** [C·places, 1, kh, kw]: for every channel and place of the window, 1 at that place. */
function onePlaceEach(node: GraphNode, { builder }: LoweringContext): string {
  const { window } = windowOf(node);
  const channels = input(node, "dy").shape[3]!;
  const [places, pixels] = [placesOf(window), window[0] * window[1]];
  const shape = [channels * places, 1, ...window];
  const data = new Float32Array(sizeOf(shape));
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < pixels; place++)
      data[(channel * places + place) * pixels + place] = 1;
  return builder.constant({ type: "float32", shape, data });
}

export const webgpuPoolRules: LowerRules = { MaxPoolGrad: maxPoolBack };
