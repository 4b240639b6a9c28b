/** The little dense linear algebra that principal components need. */

/** Several dense columns side by side: row r of column j at `r · width + j`. */
export interface Block {
  readonly width: number;
  readonly table: Float64Array;
}

/** Makes columns of length 1 and at right angles (Gram–Schmidt, twice for accuracy); one that has nothing new becomes zeros. */
export function orthonormalize({ width, table }: Block, rows: number): void {
  const product = (a: number, b: number): number => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += (table[r * width + a] as number) * (table[r * width + b] as number);
    return sum;
  };
  for (let j = 0; j < width; j++) {
    const before = Math.sqrt(product(j, j));
    for (let pass = 0; pass < 2; pass++) {
      for (let earlier = 0; earlier < j; earlier++) {
        const overlap = product(j, earlier);
        for (let r = 0; r < rows; r++) table[r * width + j]! -= overlap * (table[r * width + earlier] as number);
      }
    }
    const length = Math.sqrt(product(j, j));
    const scale = length > 1e-10 * before ? 1 / length : 0;
    for (let r = 0; r < rows; r++) table[r * width + j]! *= scale;
  }
}

/** Eigenvalues and -vectors (as columns) of a small symmetric matrix, by Jacobi rotations; the matrix is used up. */
export function eigen(matrix: Float64Array[]): { values: number[]; vectors: Float64Array[] } {
  const size = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const off = matrix[p]![q] as number;
        if (Math.abs(off) < 1e-300) continue;
        const theta = ((matrix[q]![q] as number) - (matrix[p]![p] as number)) / (2 * off);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        for (const row of [...matrix, ...vectors]) turn(row, p, q, c, t * c);
        for (let j = 0; j < size; j++) {
          const [a, b] = [matrix[p]![j] as number, matrix[q]![j] as number];
          matrix[p]![j] = c * a - t * c * b;
          matrix[q]![j] = t * c * a + c * b;
        }
      }
    }
  }
  return { values: matrix.map((row, i) => row[i] as number), vectors };
}

function turn(row: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [a, b] = [row[p] as number, row[q] as number];
  row[p] = cosine * a - sine * b;
  row[q] = sine * a + cosine * b;
}
