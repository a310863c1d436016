/** The dashboard's pages in the order of the tabs, by the first part of their addresses. */
export const TABS = [
  { path: "", label: "Runs" },
  { path: "sweeps", label: "Sweeps" },
  { path: "compare", label: "Compare" },
  { path: "gallery", label: "Gallery" },
] as const;
