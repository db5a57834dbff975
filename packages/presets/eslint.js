import eslintConfigPrettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

/** The rules for every package; a package's own `eslint.config.js` only re-exports them. */
export default tseslint.config(
  { ignores: ['dist/', 'src/generated/', 'public/vendor/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // winston's and mongoose's types call classes what their users write as objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': 'error',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  eslintConfigPrettier,
)
