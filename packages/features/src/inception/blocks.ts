/** The branches of Inception-v3's five kinds of block, by the names of PyTorch's port. */
import type { BranchShape, PoolName } from "./block.js";
import { unitShape as unit } from "./unit.js";

export const blockA = (pooled: number): BranchShape[] => [
  { units: [unit("branch1x1", 64)] },
  { units: [unit("branch5x5_1", 48), unit("branch5x5_2", 64, [5, 5])] },
  {
    units: [
      unit("branch3x3dbl_1", 64),
      unit("branch3x3dbl_2", 96, [3, 3]),
      unit("branch3x3dbl_3", 96, [3, 3]),
    ],
  },
  { pool: "average", units: [unit("branch_pool", pooled)] },
];

export const blockB: BranchShape[] = [
  { units: [unit("branch3x3", 384, [3, 3], { stride: 2 })] },
  {
    units: [
      unit("branch3x3dbl_1", 64),
      unit("branch3x3dbl_2", 96, [3, 3]),
      unit("branch3x3dbl_3", 96, [3, 3], { stride: 2 }),
    ],
  },
  { pool: "halving", units: [] },
];

/** 7×7 in rows and columns. */
export const blockC = (width: number): BranchShape[] => [
  { units: [unit("branch1x1", 192)] },
  {
    units: [
      unit("branch7x7_1", width),
      unit("branch7x7_2", width, [1, 7]),
      unit("branch7x7_3", 192, [7, 1]),
    ],
  },
  {
    units: [
      unit("branch7x7dbl_1", width),
      unit("branch7x7dbl_2", width, [7, 1]),
      unit("branch7x7dbl_3", width, [1, 7]),
      unit("branch7x7dbl_4", width, [7, 1]),
      unit("branch7x7dbl_5", 192, [1, 7]),
    ],
  },
  { pool: "average", units: [unit("branch_pool", 192)] },
];

export const blockD: BranchShape[] = [
  { units: [unit("branch3x3_1", 192), unit("branch3x3_2", 320, [3, 3], { stride: 2 })] },
  {
    units: [
      unit("branch7x7x3_1", 192),
      unit("branch7x7x3_2", 192, [1, 7]),
      unit("branch7x7x3_3", 192, [7, 1]),
      unit("branch7x7x3_4", 192, [3, 3], { stride: 2 }),
    ],
  },
  { pool: "halving", units: [] },
];

export const blockE = (pool: PoolName): BranchShape[] => [
  { units: [unit("branch1x1", 320)] },
  {
    units: [unit("branch3x3_1", 384)],
    fork: [unit("branch3x3_2a", 384, [1, 3]), unit("branch3x3_2b", 384, [3, 1])],
  },
  {
    units: [unit("branch3x3dbl_1", 448), unit("branch3x3dbl_2", 384, [3, 3])],
    fork: [unit("branch3x3dbl_3a", 384, [1, 3]), unit("branch3x3dbl_3b", 384, [3, 1])],
  },
  { pool, units: [unit("branch_pool", 192)] },
];
