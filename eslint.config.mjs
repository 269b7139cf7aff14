import tseslint from 'typescript-eslint'

const numericKernels = [
  'src/math/**',
  'src/io/**',
  'src/preprocess/**',
  'src/simulate/**',
  'src/select/**',
  'src/align/**',
  'src/engine/**',
  'src/train/**',
  'src/evaluate/**',
  'src/pipeline/**',
  'bench/**',
  'test/**',
]

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '**/*.as.ts', '**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  // Index reads of typed arrays are typed `number | undefined`; inside numeric kernels `!` is the readable answer.
  { files: numericKernels, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['src/cli/**', 'bench/**', 'test/**'], rules: { 'no-console': 'off' } },
  // Pages are plain JavaScript: what their comments say of parsed JSON is checked by tsc, and not seen by these rules.
  {
    files: ['src/serve/pages/*.js'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['vitest.config.ts', 'test/**/_*.ts'], rules: { 'no-restricted-syntax': 'off' } },
)
