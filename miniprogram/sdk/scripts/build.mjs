// Builds dist/: esm/ and cjs/, each with its types. cjs/ is also what WeChat's developer tools take.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

const internal = `abandoned add become changed current describe distrust drawnAt end ended enter gate join landed lapse leave leaving
  load logIn mark open outages pass peek relogin renew save set settle shown shut snapshot step supersede tell until wait
  whenShown`.split(/\s+/)
// What lies in the phone's storage keeps its short name from version to version.
const stored = { base: 'b', session: 's', grantedAt: 'g', refreshAt: 'r', expiresAt: 'x' }

rmSync(dist, { recursive: true, force: true })
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/index.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2017', // what phones that run WeChat understand
  platform: 'neutral',
  charset: 'utf8',
  minifySyntax: true, // with constants where they are used; lines and names stay
  // Names of members that never leave the SDK, each in full in src/: they would cost 600 bytes of the 10 KB.
  mangleProps: new RegExp(`^(${[...internal, ...Object.keys(stored)].join('|')})$`),
  mangleCache: { ...stored },
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
