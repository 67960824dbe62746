// Makes room in storage by changing the stored checkpoint: graph, columns and words are left out.
// The entries of the log stay the same.

import { decodeManifest, encodeManifest, type Manifest, refsIn, withoutDerived } from '../../format/manifest.js';
import type { Put } from '../../storage/storage.js';
import { chunksOfAside } from '../log/aside.js';
import type { CheckpointContext } from './context.js';
import { withoutGraph } from './lean.js';
import { isLeftOut } from './left-out.js';

/**
 * Replaces the stored checkpoint by the same checkpoint without its graph, columns and words. The
 * new manifest needs little room.
 *
 * @returns the new manifest, or undefined if the stored checkpoint stays
 */
export function leaveGraphOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
): Promise<Manifest | undefined> {
  return leaveOut(context, parts, (stored) => withoutGraph(withoutDerived(stored)) ?? withoutStored(stored));
}

/** As `leaveGraphOut`, but the graph stays. */
export function leaveDerivedOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
): Promise<Manifest | undefined> {
  return leaveOut(context, parts, withoutStored);
}

/** The same checkpoint without columns and words. Undefined if the checkpoint has neither. */
function withoutStored(manifest: Manifest): Manifest | undefined {
  return manifest.columns === undefined && manifest.words === undefined ? undefined : withoutDerived(manifest);
}

/** @param reduced gives undefined if the stored checkpoint can stay */
async function leaveOut(
  context: CheckpointContext,
  parts: ReadonlyMap<string, number>,
  reduced: (stored: Manifest) => Manifest | undefined,
): Promise<Manifest | undefined> {
  const stored = await changeable(context);
  const manifest = stored && reduced(stored);
  if (manifest === undefined || !(await change(context, manifest, []))) return undefined;
  await context.dead.tidy(parts);
  return manifest;
}

/**
 * The manifest of the stored checkpoint, if the checkpoint was made or read here and its chunks may
 * be replaced.
 */
export async function changeable({ storage, stored }: CheckpointContext): Promise<Manifest | undefined> {
  // If entries were set aside after this checkpoint, the checkpoint must stay.
  if ((await chunksOfAside(storage, stored.checkpoint)).length > 0) return undefined;
  const bytes = await storage.read('chunks', stored.checkpoint);
  return bytes && decodeManifest(bytes);
}

/**
 * Replaces the stored manifest by another manifest of the same entries of the log. False if another
 * checkpoint is stored by now.
 */
export async function change(
  { log, names, stored, dead }: CheckpointContext,
  manifest: Manifest,
  chunks: readonly Put[],
): Promise<boolean> {
  const name = names.next('manifest');
  const base = { ...log.head, seq: log.head.checkpointSeq, checkpoint: stored.checkpoint };
  const put: Put[] = [...chunks, ['chunks', name, encodeManifest(manifest)]];
  const made = new Set(chunks.map(([, key]) => key));
  const requires = refsIn(manifest).flatMap((ref) => (isLeftOut(ref) || made.has(ref.name) ? [] : [ref.name]));
  if (!(await log.checkpoint(name, base, put, requires, true))) return false;
  dead.bury(stored.names);
  stored.follow(name, manifest);
  return true;
}
