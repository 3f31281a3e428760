const fs = require('node:fs');
const path = require('node:path');

/** Writes beside the old file and renames, so that a full disk costs no notes. */
exports.saveNotes = (directory, text) => {
  const file = path.join(directory, 'notes.txt');
  try {
    fs.writeFileSync(`${file}.new`, text);
    fs.renameSync(`${file}.new`, file);
  } catch (error) {
    fs.rmSync(`${file}.new`, { force: true });
    throw error;
  }
};
