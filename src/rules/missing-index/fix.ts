import { defineFix } from '../../edit/fix.ts';
import { indexEdit } from '../../edit/schemaIndex.ts';

export const fixes = [
  defineFix({
    id: 'add-index',
    title: ({ model, fields }) =>
      `Add @@index([${Array.isArray(fields) ? fields.join(', ') : ''}]) to ${typeof model === 'string' ? model : 'the model'}`,
    trust: 'suggestion',
    preferred: true,
    edit({ file, data, workspace, textOf }) {
      const { model: name, fields } = data;
      const names = Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
      const model = typeof name === 'string' ? workspace.schema(file)?.model(name) : undefined;
      const text = model && textOf(model.file);
      const edit = model && text !== undefined ? indexEdit(model, names, text) : undefined;
      return model && edit
        ? { changes: [{ file: model.file, create: false, edits: [edit] }] }
        : { refuse: 'The model’s block isn’t written in a form that can be extended mechanically.' };
    },
  }),
];
