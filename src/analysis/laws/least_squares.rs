//! Linear least squares in up to three unknowns, row by row: the triangle R of a QR decomposition by Givens rotations
//! (Golub & Van Loan, *Matrix Computations*, 5.1.8 and 5.2.5).
//!
//! Rows are taken in one by one and not kept. Unlike the normal equations JᵀJ, whose condition is the square of J's,
//! this loses no digits where columns are nearly alike.

/// As many unknowns there are.
pub(super) const UNKNOWNS: usize = 3;

/// A diagonal entry that is so small a part of its column tells that the column is made of the others.
const DEPENDENT: f64 = 1e-9;

/// R, with Qᵀ times the right side as a last column.
#[derive(Debug, Clone, Default)]
pub(super) struct Triangle {
    rows: [[f64; UNKNOWNS + 1]; UNKNOWNS],
}

impl Triangle {
    /// Takes in a row of coefficients and its right side. A column that is 0 in every row has no unknown.
    pub(super) fn add(&mut self, coefficients: [f64; UNKNOWNS], right: f64) {
        let [a, b, c] = coefficients;
        let mut row = [a, b, c, right];
        for i in 0..UNKNOWNS {
            if row[i] == 0.0 {
                continue;
            }
            let length = self.rows[i][i].hypot(row[i]);
            let (cos, sin) = (self.rows[i][i] / length, row[i] / length);
            for (above, below) in self.rows[i].iter_mut().zip(&mut row).skip(i) {
                (*above, *below) = (cos * *above + sin * *below, cos * *below - sin * *above);
            }
        }
    }

    /// The lengths of the columns, which no rotation changes.
    pub(super) fn lengths(&self) -> [f64; UNKNOWNS] {
        std::array::from_fn(|column| self.rows.iter().map(|row| row[column].powi(2)).sum::<f64>().sqrt())
    }

    /// The unknowns; 0 where there is none.
    pub(super) fn solution(&self) -> [f64; UNKNOWNS] {
        self.back(std::array::from_fn(|i| self.rows[i][UNKNOWNS]))
    }

    /// (RᵀR)⁻¹, with rows and columns of 0 where there is no unknown; `None` where the rows do not tell the unknowns
    /// apart.
    pub(super) fn inverse(&self) -> Option<[[f64; UNKNOWNS]; UNKNOWNS]> {
        let lengths = self.lengths();
        let is_told = |i: usize| lengths[i] == 0.0 || self.rows[i][i].abs() > DEPENDENT * lengths[i];
        if !(0..UNKNOWNS).all(is_told) {
            return None;
        }
        // Columns of R⁻¹.
        let columns: [[f64; UNKNOWNS]; UNKNOWNS] = std::array::from_fn(|j| {
            let unit = std::array::from_fn(|i| if i == j && self.rows[j][j] != 0.0 { 1.0 } else { 0.0 });
            self.back(unit)
        });
        Some(std::array::from_fn(|a| std::array::from_fn(|b| columns.iter().map(|column| column[a] * column[b]).sum())))
    }

    /// x in Rx = y.
    fn back(&self, mut y: [f64; UNKNOWNS]) -> [f64; UNKNOWNS] {
        for i in (0..UNKNOWNS).rev() {
            let known: f64 = (i + 1..UNKNOWNS).map(|j| self.rows[i][j] * y[j]).sum();
            y[i] = if self.rows[i][i] == 0.0 { 0.0 } else { (y[i] - known) / self.rows[i][i] };
        }
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a}, not {b}");
    }

    #[test]
    fn a_straight_line_is_found_with_its_errors() {
        // 1, 3, 2 over 0, 1, 2: by hand y = 1.5 + 0.5x, and (JᵀJ)⁻¹ is [5, −3; −3, 3] / 6.
        let mut triangle = Triangle::default();
        for (x, y) in [(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)] {
            triangle.add([1.0, 0.0, x], y);
        }
        let ([at_0, none, slope], inverse) = (triangle.solution(), triangle.inverse().unwrap());
        near(at_0, 1.5);
        near(slope, 0.5);
        assert_eq!((none, inverse[1]), (0.0, [0.0; 3]));
        near(inverse[0][0], 5.0 / 6.0);
        near(inverse[0][2], -0.5);
        near(inverse[2][2], 0.5);
    }

    #[test]
    fn columns_that_are_alike_are_not_told_apart() {
        let mut triangle = Triangle::default();
        for x in [1.0, 2.0, 3.0] {
            triangle.add([x, 3.0 * x, 1.0], x);
        }
        assert_eq!(triangle.inverse(), None);
    }
}
