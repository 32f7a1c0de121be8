// Builds dist/: esm/ and cjs/, each with its types. cjs/ is also what WeChat's developer tools take.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/index.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2017', // what phones that run WeChat understand
  platform: 'neutral',
  charset: 'utf8',
  // Names of members that never leave the SDK, each in full in src/: they would cost 250 bytes of the 10 KB.
  mangleProps: /^(abandoned|changed|current|describe|distrust|drawnAt|gate|landed|leave|load|open|outages|pass|peek|relogin|renew|save|shut|shown|tell|until|wait|whenShown)$/,
})
const esm = outputFiles[0].text
// esbuild's own CommonJS brings 500 bytes of helpers, which nobody needs for two names.
const cjs = `'use strict';\n${esm}`.replace(/^export \{([^}]+)\};$/m, 'module.exports = {$1};')
if (!cjs.includes('module.exports')) throw new Error('the bundle does not end with one list of exports')
write('esm', esm)
write('cjs', cjs)

execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' })
for (const file of readdirSync(join(dist, 'esm')).filter((name) => name.endsWith('.d.ts'))) {
  cpSync(join(dist, 'esm', file), join(dist, 'cjs', file))
}
cpSync(join(root, '../../LICENSE'), join(root, 'LICENSE'))
writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n')

function write(format, text) {
  mkdirSync(join(dist, format), { recursive: true })
  writeFileSync(join(dist, format, 'index.js'), text)
}
