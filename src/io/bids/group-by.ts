/** Items -> groups of items with the same name, in the order in which names first appear. */

/**
 * Groups items (`Map.groupBy` needs Node 21).
 *
 * @param items - The items.
 * @param nameOf - The name of the group of an item.
 * @returns The groups; none is empty.
 * @throws Never.
 */
export function groupBy<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return [...groups.values()]
}
