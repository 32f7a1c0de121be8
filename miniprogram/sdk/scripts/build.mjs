// Builds dist/: esm/ and cjs/, each with its types. cjs/ is also what WeChat's developer tools take.
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
for (const format of ['esm', 'cjs']) {
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile: join(dist, format, 'index.js'),
    bundle: true,
    format,
    target: 'es2017', // what phones that run WeChat understand
    platform: 'neutral',
    charset: 'utf8',
  })
}
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' })
for (const file of readdirSync(join(dist, 'esm')).filter((name) => name.endsWith('.d.ts'))) {
  cpSync(join(dist, 'esm', file), join(dist, 'cjs', file))
}
writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n')
