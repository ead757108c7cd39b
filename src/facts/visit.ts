/** Walks over the facts of a file without interpreting them. */
import type { Property, Step, TsFacts, Value } from './tsModel.ts';

/** Calls `visit` for a value and all values inside it, outermost first. Return false to leave a value's inside out. */
export function visitValue(value: Value, visit: (value: Value) => boolean | void): void {
  if (visit(value) === false) return;
  // The commonest kinds without a list of their parts: walks over whole files are made of these.
  switch (value.k) {
    case 'lit':
    case 'ref':
    case 'this':
    case 'function':
    case 'class':
    case 'import':
      return;
    case 'member':
    case 'await':
    case 'spread':
    case 'unary':
    case 'rest':
      visitValue(value.of, visit);
      return;
    case 'call':
    case 'new':
      visitValue(value.fn, visit);
      for (const arg of value.args) visitValue(arg, visit);
      return;
    case 'object':
      visitProperties(value.props, visit);
      return;
    case 'jsx':
      if (value.tagRef) visitValue(value.tagRef, visit);
      visitProperties(value.props, visit);
      for (const child of value.children) visitValue(child, visit);
      return;
    default:
      for (const part of partsOf(value)) visitValue(part, visit);
  }
}

function visitProperties(props: readonly Property[], visit: (value: Value) => boolean | void): void {
  for (const prop of props) {
    if (prop.p === 'computed') visitValue(prop.key, visit);
    visitValue(prop.value, visit);
  }
}

/** Whether an optional chain may stop in an expression: `user?.profile.name`. */
export function isChain(value: Value): boolean {
  switch (value.k) {
    case 'member':
    case 'index':
      return value.opt === true || isChain(value.of);
    case 'call':
      return value.opt === true || isChain(value.fn);
    default:
      return false;
  }
}

/** The direct parts of a value, in order of evaluation. */
export function partsOf(value: Value): Value[] {
  switch (value.k) {
    case 'member':
    case 'await':
    case 'spread':
    case 'unary':
    case 'rest':
      return [value.of];
    case 'index':
      return [value.of, value.key];
    case 'call':
    case 'new':
      return [value.fn, ...value.args];
    case 'template':
      return value.values;
    case 'tagged':
      return [value.tag, ...value.values];
    case 'object':
      return value.props.flatMap((prop) => (prop.p === 'computed' ? [prop.key, prop.value] : [prop.value]));
    case 'array':
      return value.items;
    case 'cond':
      return [value.test, value.then, value.else];
    case 'logic':
    case 'binary':
      return [value.left, value.right];
    case 'assign':
      return [value.target, value.value];
    case 'jsx':
      return [
        ...(value.tagRef ? [value.tagRef] : []),
        ...value.props.flatMap((prop) => (prop.p === 'computed' ? [prop.key, prop.value] : [prop.value])),
        ...value.children,
      ];
    case 'other':
      return value.parts;
    default:
      return [];
  }
}

export interface StepVisitor {
  step?: (step: Step) => boolean | void;
  value?: (value: Value) => boolean | void;
}

/** Walks statements and, with `value`, every value in them. Function bodies are not entered: they are listed in the facts. */
export function visitSteps(steps: readonly Step[], visitor: StepVisitor): void {
  const { value: onValue } = visitor;
  const values = (value: Value | undefined): void => {
    if (value && onValue) visitValue(value, onValue);
  };
  for (const step of steps) {
    if (visitor.step?.(step) === false) continue;
    switch (step.s) {
      case 'expr':
      case 'let':
      case 'throw':
        values(step.value);
        break;
      case 'return':
        values(step.value);
        break;
      case 'if':
        values(step.test);
        visitSteps(step.then, visitor);
        if (step.else) visitSteps(step.else, visitor);
        break;
      case 'try':
        visitSteps(step.body, visitor);
        if (step.handler) visitSteps(step.handler.body, visitor);
        if (step.finally) visitSteps(step.finally, visitor);
        break;
      case 'loop':
        visitSteps(step.head, visitor);
        values(step.test);
        visitSteps(step.body, visitor);
        break;
      case 'switch':
        values(step.on);
        for (const clause of step.cases) {
          values(clause.test);
          visitSteps(clause.body, visitor);
        }
        break;
      default:
    }
  }
}

/** Every value of a file: all function bodies, class members and exported expressions. */
export function visitFile(facts: TsFacts, visit: (value: Value) => boolean | void): void {
  for (const fn of facts.functions) visitSteps(fn.body, { value: visit });
  for (const cls of facts.classes) {
    if (cls.extends) visitValue(cls.extends, visit);
    for (const field of cls.fields) if (field.value) visitValue(field.value, visit);
  }
  for (const item of facts.exports) if (item.e === 'value') visitValue(item.value, visit);
}
