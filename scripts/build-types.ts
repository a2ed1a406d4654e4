import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const NAME = 'nami-handlers';
const MODULES = ['pre-queue', 'post-queue'];

/**
 * Makes the npm package with the types of users' own code, ready to be published. It holds nothing to run, and is not
 * part of the image.
 */
export async function buildTypes(directory: string = join(root, 'dist', NAME)): Promise<string> {
  const { version, license, dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [driver] = dependencies.mongodb.split('.');
  const manifest = {
    name: NAME,
    version,
    description: 'Types for own code in the webhook pipelines of the Nami operator',
    license,
    // Without "type": CommonJS modules take their types from here too.
    exports: Object.fromEntries(MODULES.map((name) => [`./${name}`, { types: `./${name}.d.ts` }])),
    files: ['*.d.ts'],
    peerDependencies: { mongodb: `^${driver}.0.0` },
    peerDependenciesMeta: { mongodb: { optional: true } },
  };
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, 'scripts', `${NAME}.md`), join(directory, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(directory, 'LICENSE'));
  const sources = MODULES.map((name) => join(root, 'handlers', 'own-code', `${name}.ts`));
  const program = ts.createProgram(sources, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    strict: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    // Names are followed no further than to where they are imported from.
    types: [],
  });
  for (const [index, name] of MODULES.entries()) {
    await writeFile(join(directory, `${name}.d.ts`), declarationsOf(program, sources[index] ?? ''));
  }
  return directory;
}

const EXPANDED =
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;

/**
 * The types that a module exports, and those they are made of, as one module: with declarations file by file, as the
 * compiler makes them, everything else in those files would be published too. Types are copied as they are written; only
 * what looks into another one, as `Envelope['headers']` does, is written out, so that the other stays here.
 */
function declarationsOf(program: ts.Program, path: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${path} is no module`);
  const declarations = new Map<ts.Symbol, string>();
  const imports = new Map<string, Set<string>>();

  for (const symbol of checker.getExportsOfModule(module)) take(symbol);
  const head = [...imports].map(
    ([from, names]) => `import type { ${[...names].sort().join(', ')} } from '${from}';`,
  );
  return `${[...head, ...declarations.values()].join('\n\n')}\n`;

  function take(symbol: ts.Symbol): void {
    if (declarations.has(symbol)) return;
    const declaration = symbol.declarations?.[0];
    if (!declaration || !(ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration))) {
      throw new Error(`${symbol.name} is no type, and ${NAME} holds nothing but types`);
    }
    // What it refers to comes after it.
    declarations.set(symbol, '');
    declarations.set(symbol, textOf(declaration));
  }

  function textOf(declaration: ts.Declaration): string {
    const { text } = declaration.getSourceFile();
    let written = '';
    let from = declaration.getStart(undefined, true);
    ts.forEachChild(declaration, function visit(node) {
      if (ts.isIndexedAccessTypeNode(node)) {
        const type = checker.getTypeFromTypeNode(node);
        written += text.slice(from, node.getStart()) + checker.typeToString(type, node, EXPANDED);
        from = node.end;
        return;
      }
      if (ts.isTypeReferenceNode(node)) follow(node.typeName);
      if (ts.isExpressionWithTypeArguments(node)) follow(node.expression);
      ts.forEachChild(node, visit);
    });
    return written + text.slice(from, declaration.end);
  }

  function follow(name: ts.Node): void {
    const symbol = checker.getSymbolAtLocation(name);
    const declaration = symbol?.declarations?.[0];
    // A global of Node or the browser, or a parameter of the type itself.
    if (!symbol || !declaration || ts.isTypeParameterDeclaration(declaration)) return;
    if (!ts.isImportSpecifier(declaration)) {
      if (!program.isSourceFileDefaultLibrary(declaration.getSourceFile())) take(symbol);
      return;
    }
    const from = declaration.parent.parent.parent.moduleSpecifier;
    if (!ts.isStringLiteral(from)) return;
    if (from.text.startsWith('.')) take(checker.getAliasedSymbol(symbol));
    else imports.set(from.text, (imports.get(from.text) ?? new Set()).add(symbol.name));
  }
}

if (import.meta.main) console.log(`types: ${relative(process.cwd(), await buildTypes())}`);
