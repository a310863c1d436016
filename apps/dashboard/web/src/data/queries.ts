import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Curve, RunDetail, RunRow, SweepDetail, SweepRow } from "../../../server/api-types.js";

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path);
  const body = await response.json().catch(() => ({ error: response.statusText }));
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body as T;
}

const segment = encodeURIComponent;

export const useRuns = () =>
  useQuery({ queryKey: ["runs"], queryFn: () => get<RunRow[]>("/api/runs") });

export const useRun = (id: string) =>
  useQuery({
    queryKey: ["run", id],
    queryFn: () => get<RunDetail>(`/api/runs/${segment(id)}`),
    placeholderData: keepPreviousData,
  });

export const useCurves = (id: string) =>
  useQuery({
    queryKey: ["run", id, "curves"],
    queryFn: () => get<Record<string, Curve>>(`/api/runs/${segment(id)}/curves`),
    placeholderData: keepPreviousData,
  });

export const useSweeps = () =>
  useQuery({ queryKey: ["sweeps"], queryFn: () => get<SweepRow[]>("/api/sweeps") });

export const useSweep = (name: string) =>
  useQuery({
    queryKey: ["sweeps", name],
    queryFn: () => get<SweepDetail>(`/api/sweeps/${segment(name)}`),
    placeholderData: keepPreviousData,
  });
