// Builds dist/: esm/ and cjs/, each with its types. cjs/ is also what WeChat's developer tools take.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

const internal = `abandoned afterwards become changed describe distrust drawnAt end ended enter gate landed lapse leave leaving
  listen load logIn mark obtain open outages pass peek relogin renew save share shown shut snapshot step supersede tell time turn until wait
  whenShown`.split(/\s+/)
const language = [Array, ArrayBuffer, Boolean, Date, Error, Function, JSON, Math, Number, Object, Promise, RegExp, Set, String, Symbol]
const itsOwn = new Set(language.flatMap((one) => [one, one.prototype ?? {}].flatMap(Object.getOwnPropertyNames)))
// What lies in the phone's storage keeps its short name from version to version.
const stored = { base: 'b', session: 's', bearer: 't', owner: 'u', grantedAt: 'g', refreshAt: 'r', expiresAt: 'x' }

for (const name of internal) if (itsOwn.has(name)) throw new Error(`${name} would be renamed where the language has it`)

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
for (const file of ['options', 'request', 'phone', 'open-data', 'profile', 'error', 'wx']) {
  const members = [...readFileSync(join(dist, `esm/${file}.d.ts`), 'utf8').matchAll(/^ {4}(?:readonly )?(\w+)\??[:(<]/gm)]
  for (const [, name] of members) if (internal.includes(name)) throw new Error(`${file} tells callers of ${name}`)
}
cpSync(join(root, '../../LICENSE'), join(root, 'LICENSE'))
writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n')

function write(format, text) {
  mkdirSync(join(dist, format), { recursive: true })
  writeFileSync(join(dist, format, 'index.js'), text)
}
