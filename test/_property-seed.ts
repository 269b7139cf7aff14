/** Property tests draw the same cases in every run; `LIMBIC_PROPERTY_SEED` draws others, to search for failures. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.LIMBIC_PROPERTY_SEED ?? 2210) })
