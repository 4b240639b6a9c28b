/** Notebooks: what a lesson calls (`check`, `show`, `figure`, `source`, …), and what runs, checks and saves its cells. */
export { answer, check, checkThrows, todo, type CheckOptions } from "./check.ts";
export { figure, PLOTLY, type FigureOptions, type NotebookFigure } from "./figure.ts";
export { hintFor } from "./hint.ts";
export { show, type FrameLike, type ShowOptions } from "./show.ts";
export { source, type SourceText } from "./source.ts";
export { ready, stopButton } from "./ready.ts";
export { FLOWS, pipelineDiagram, STATIONS, type Flow, type Station } from "./pipeline.ts";
export { killPrograms, startProgram, type Program } from "./programs/program.ts";
export { display, done, isNotebook, progress, type DisplayData } from "./display.ts";
export { cleanUp, scratchFolder } from "./learner/visit.ts";
export { forgetProgress, progressIn, showProgress, type LessonProgress } from "./learner/progress.ts";
export { jupyterFolder, type KernelSpec } from "./kernel-spec.ts";
export {
  COURSE,
  findNotebooks,
  furtherServices,
  lessonOf,
  lessonFiles,
  lessonNumber,
  noSuchNotebook,
  notebooksFolder,
  notebooksIn,
  solutionFiles,
  timesOf,
  trackLessons,
  TRACKS,
  trackSentence,
  trackTime,
  type CourseLesson,
  type Track,
} from "./course.ts";
export { joined, readNotebook, type Cell, type Notebook } from "./file.ts";
export { runNotebook, type CellReport, type NotebookReport, type RunNotebookOptions } from "./run.ts";
export { saveNotebook } from "./save.ts";
export { MEASURED, streamText, type Output } from "./outputs.ts";
export {
  beyondLimits,
  LIMITS,
  lintNotebooks,
  measureNotebook,
  type LintProblem,
  type NotebookMeasures,
} from "./lint.ts";
