/** `limbic schemas DIR`: writes the JSON Schema of every document that limbic reads or writes. */
import { join } from 'node:path'
import { Command } from 'commander'
import { schemas } from '../../core/schemas/index.ts'
import { toJsonSchema } from '../../core/schemas/json-schema.ts'
import { writeJsonAtomic } from '../../io/artifacts.ts'

/**
 * The `schemas` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function schemasCommand(): Command {
  return new Command('schemas')
    .description('write the JSON Schema of every document that limbic reads or writes')
    .argument('<dir>', 'where to write <name>.schema.json')
    .action(async (dir: string) => {
      for (const [name, schema] of Object.entries(schemas))
        await writeJsonAtomic(join(dir, `${name}.schema.json`), toJsonSchema(name, schema))
    })
}
