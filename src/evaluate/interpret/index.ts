/** What a decoder looks at: maps per class in each subject's own voxels. */
export { interpretSubject, type ClassMaps } from './interpret-subject.ts'
export { truthAuc } from './truth-auc.ts'
