import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import type {
  CheckpointItem,
  CodebooksView,
  LogView,
  NamedBands,
  RunDetail,
  RunRow,
  SweepDetail,
  SweepRow,
  TokensView,
} from "../../../server/api-types.js";
import { type CurveQuestion, get, getCurves, paths } from "./source.js";

export const useRuns = () =>
  useQuery({ queryKey: ["runs"], queryFn: () => get<RunRow[]>(paths.runs) });

const runQuery = (id: string) => ({
  queryKey: ["run", id],
  queryFn: () => get<RunDetail>(paths.run(id)),
  placeholderData: keepPreviousData<RunDetail | undefined>,
});

export const useRun = (id: string) => useQuery(runQuery(id));

/** Details of several runs; those that have not come yet are missing. */
export const useRunDetails = (ids: readonly string[]): RunDetail[] =>
  useQueries({ queries: ids.map(runQuery) }).flatMap(({ data }) => (data ? [data] : []));

export const useCurves = (question: CurveQuestion) =>
  useQuery<NamedBands>({
    queryKey: ["curves", question],
    queryFn: () => getCurves(question),
    placeholderData: keepPreviousData,
    enabled: question.groups.length > 0,
  });

export const useCodebooks = (id: string) =>
  useQuery({
    queryKey: ["run", id, "codebooks"],
    queryFn: () => get<CodebooksView>(paths.codebooks(id)),
    placeholderData: keepPreviousData,
  });

export const useTokens = (id: string) =>
  useQuery({
    queryKey: ["run", id, "tokens"],
    queryFn: () => get<TokensView>(paths.tokens(id)),
  });

export const useCheckpoints = (id: string) =>
  useQuery({
    queryKey: ["run", id, "checkpoints"],
    queryFn: () => get<CheckpointItem[]>(paths.checkpoints(id)),
    placeholderData: keepPreviousData,
  });

/** Asked for only when someone wants it: reading a large file takes seconds. A changed file is another question. */
export const useCheckpointHash = (id: string, checkpoint: CheckpointItem, wanted: boolean) =>
  useQuery({
    queryKey: ["hash", id, checkpoint.file, checkpoint.bytes, checkpoint.modifiedMs],
    queryFn: () => get<{ sha256: string }>(paths.checkpointHash(id, checkpoint.file)),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useLog = (id: string) =>
  useQuery({
    queryKey: ["run", id, "log"],
    queryFn: () => get<LogView>(paths.log(id)),
    placeholderData: keepPreviousData,
  });

export const useSweeps = () =>
  useQuery({ queryKey: ["sweeps"], queryFn: () => get<SweepRow[]>(paths.sweeps) });

export const useSweep = (name: string) =>
  useQuery({
    queryKey: ["sweeps", name],
    queryFn: () => get<SweepDetail>(paths.sweep(name)),
    placeholderData: keepPreviousData,
  });
