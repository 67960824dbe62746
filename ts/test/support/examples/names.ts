// Tells the names of an example: the names that the example makes, and the names that the example
// takes from elsewhere. TypeScript 5 tells this, since TypeScript 7 has no API for programs yet.

import ts from 'typescript-5';

/** What the code of an example says of itself. */
export interface Names {
  /** The names declared at the top, imports included. */
  readonly made: ReadonlySet<string>;
  /** The names without a declaration. */
  readonly free: ReadonlySet<string>;
  /** Whether code at the top calls a hook of React or a composable of Vue. */
  readonly callsHooks: boolean;
  /** The function with the name of a component: the last exported one, or else the last. */
  readonly component?: string;
  /** The modules that the code imports. */
  readonly modules: readonly string[];
  /** The imports, a statement for each name. */
  readonly imports: readonly string[];
  /** The code without the imports, each replaced by an empty line. */
  readonly body: string;
}

/** "Cannot find name", with and without a proposal, and its forms for shorthands and JSX. */
const NO_SUCH_NAME = new Set([2304, 2552, 2503, 18004, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593]);

const MODULE = '\nexport {};\n';

function isHookCall(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && /^use[A-Z]/.test(node.expression.text)) {
    return true;
  }
  return ts.forEachChild(node, (child) => isHookCall(child) || undefined) ?? false;
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function componentOf(statements: readonly ts.Statement[]): string | undefined {
  const named = statements.filter(
    (statement) => ts.isFunctionDeclaration(statement) && /^[A-Z]/.test(statement.name?.text ?? ''),
  ) as ts.FunctionDeclaration[];
  return (named.filter(isExported).at(-1) ?? named.at(-1))?.name?.text;
}

function madeIn(source: ts.SourceFile, checker: ts.TypeChecker): Set<string> {
  const made = new Set<string>();
  const add = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) made.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) add(name);
  }
  const locals = checker.getSymbolsInScope(source, ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Alias);
  for (const { name, declarations = [] } of locals) {
    if (declarations.some((declaration) => declaration.getSourceFile() === source)) made.add(name);
  }
  return made;
}

/** An import statement for each name of a statement, so that examples can share statements. */
function singleImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, source: ts.SourceFile): string[] {
  const from = moduleSpecifier.getText(source);
  if (importClause === undefined) return [`import ${from};`];
  const type = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : '';
  const { name, namedBindings } = importClause;
  const bound =
    namedBindings === undefined
      ? []
      : ts.isNamespaceImport(namedBindings)
        ? [namedBindings.getText(source)]
        : namedBindings.elements.map((element) => `{ ${element.getText(source)} }`);
  return [...(name === undefined ? [] : [name.text]), ...bound].map((what) => `import ${type}${what} from ${from};`);
}

/** The code of an example. Only `tsx` may have JSX, since `<T>` means another thing elsewhere. */
export interface Code {
  readonly code: string;
  readonly ending: 'ts' | 'tsx';
}

/** The names of each example, in the same order. */
export function namesOf(examples: readonly Code[]): Names[] {
  // The export makes a module of each file. A module has names of its own.
  const files = new Map(examples.map(({ code, ending }, i) => [`/example-${i}.${ending}`, `${code}${MODULE}`]));
  const host: ts.CompilerHost = {
    fileExists: (file) => files.has(file),
    readFile: (file) => files.get(file),
    getSourceFile: (file, options) => {
      const text = files.get(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, options);
    },
    getDefaultLibFileName: () => '/lib.d.ts',
    writeFile() {},
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  };
  const options = { noLib: true, noResolve: true, target: ts.ScriptTarget.ESNext, jsx: ts.JsxEmit.Preserve };
  const program = ts.createProgram([...files.keys()], { ...options, module: ts.ModuleKind.ESNext }, host);
  const checker = program.getTypeChecker();
  return [...files].map(([file, text]) => {
    const source = program.getSourceFile(file) as ts.SourceFile;
    const free = new Set(
      program
        .getSemanticDiagnostics(source)
        .filter(({ code }) => NO_SUCH_NAME.has(code))
        .map(({ start = 0, length = 0 }) => text.slice(start, start + length)),
    );
    const imports = source.statements.filter(ts.isImportDeclaration);
    const component = componentOf(source.statements);
    let body = text.slice(0, -MODULE.length);
    for (const { pos, end } of [...imports].reverse()) {
      body = body.slice(0, pos) + text.slice(pos, end).replace(/[^\n]/g, '') + body.slice(end);
    }
    return {
      made: madeIn(source, checker),
      free,
      callsHooks: source.statements.some(isHookCall),
      ...(component !== undefined && { component }),
      modules: imports.map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text),
      imports: imports.flatMap((statement) => singleImports(statement, source)),
      body,
    };
  });
}
