//! `mandelbrot`: counts the iterations of one row of the Mandelbrot set. Rows through its middle cost hundreds of
//! times what rows at its edge do, so who gets which decides how long a run takes.
//!
//! No point is skipped by a formula, however well known it is that it never leaves: its cost is the point here.

use super::cancelled::Cancelled;
use super::param::Param;
use super::task::{TaskContext, Values, Workload, values_of};
use crate::scenario::{Bounds, Domain, Inputs, Job, KindSpec, Nature, ParamSpec, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "mandelbrot",
    summary: "iterates z² + c over row x of a picture of the Mandelbrot set; rows cost very different times",
    nature: Nature::Computes,
    params: &[
        ParamSpec {
            name: "width",
            unit: "points",
            doc: "points in a row",
            domain: Domain::Whole { default: 600, min: 1, max: 1_000_000 },
        },
        ParamSpec {
            name: "height",
            unit: "rows",
            doc: "rows of the picture; row 0 is its uppermost, and tasks = height computes them all",
            domain: Domain::Whole { default: 400, min: 1, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "max_iter",
            unit: "iterations",
            doc: "iterations after which a point counts as inside",
            domain: Domain::Whole { default: 1000, min: 1, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "centre_x",
            unit: "",
            doc: "real part of the picture's centre",
            domain: Domain::Number { default: -0.5, bounds: Bounds { min: -4.0, max: 4.0 } },
        },
        ParamSpec {
            name: "centre_y",
            unit: "",
            doc: "imaginary part of the picture's centre",
            domain: Domain::Number { default: 0.0, bounds: Bounds { min: -4.0, max: 4.0 } },
        },
        ParamSpec {
            name: "span",
            unit: "",
            doc: "width of the region that the picture shows; its points are as far apart in both directions",
            domain: Domain::Number { default: 3.0, bounds: Bounds { min: 1e-12, max: 8.0 } },
        },
    ],
    input: Bounds { min: 0.0, max: 1e9 },
    values: &[
        ValueSpec { name: "iterations", unit: "iterations", doc: "iterations of all points of the row" },
        ValueSpec { name: "inside", unit: "points", doc: "points that had not left after max_iter iterations" },
    ],
    tells_progress: true,
    ..KindSpec::PLAIN
};

/// Iterations between two looks at the outside world: some hundreds of microseconds.
const STRIDE: u64 = 1 << 16;

struct Mandelbrot {
    inputs: Inputs,
    width: Param,
    height: Param,
    max_iter: Param,
    centre: (Param, Param),
    span: Param,
}

pub(super) fn build(job: &Job) -> Box<dyn Workload> {
    let param = |name| Param::of_job(job, name);
    Box::new(Mandelbrot {
        inputs: job.inputs.clone(),
        width: param("width"),
        height: param("height"),
        max_iter: param("max_iter"),
        centre: (param("centre_x"), param("centre_y")),
        span: param("span"),
    })
}

impl Workload for Mandelbrot {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let (width, max_iter) = (self.width.whole(task), self.max_iter.whole(task));
        let (mut iterations, mut inside, mut looked) = (0, 0, 0);
        for column in 0..width {
            let mut point = Complex::new(self.place(task, column, width));
            while point.iterate(max_iter.min(point.iterations + STRIDE)) && point.iterations < max_iter {
                let of_point = point.iterations as f64 / max_iter as f64;
                context.progress((column as f64 + of_point) / width as f64)?;
            }
            iterations += point.iterations;
            inside += u64::from(!point.has_left());
            if iterations - looked >= STRIDE {
                looked = iterations;
                context.progress((column + 1) as f64 / width as f64)?;
            }
        }
        Ok(values_of([iterations as f64, inside as f64]))
    }

    /// What a row costs is known only once it was computed: to the orders by cost, all of them are alike.
    fn cost(&self, task: u64) -> f64 {
        self.width.number(task)
    }
}

impl Mandelbrot {
    /// The point of the plane that a column of the task's row stands for.
    fn place(&self, task: u64, column: u64, width: u64) -> (f64, f64) {
        let step = self.span.number(task) / width as f64;
        let right = column as f64 - (width as f64 - 1.0) / 2.0;
        let up = (self.height.number(task) - 1.0) / 2.0 - self.inputs.x(task);
        (self.centre.0.number(task) + right * step, self.centre.1.number(task) + up * step)
    }
}

/// A point c on its way: z is 0 at first, and z² + c after each iteration.
struct Complex {
    c: (f64, f64),
    z: (f64, f64),
    iterations: u64,
}

impl Complex {
    fn new(c: (f64, f64)) -> Self {
        Self { c, z: (0.0, 0.0), iterations: 0 }
    }

    /// Iterates until the point has left or was iterated `limit` times; whether it is still there.
    fn iterate(&mut self, limit: u64) -> bool {
        let ((c_re, c_im), (mut re, mut im)) = (self.c, self.z);
        let mut n = self.iterations;
        let (mut re2, mut im2) = (re * re, im * im);
        while n < limit && re2 + im2 <= 4.0 {
            im = 2.0 * re * im + c_im;
            re = re2 - im2 + c_re;
            (re2, im2) = (re * re, im * im);
            n += 1;
        }
        (self.z, self.iterations) = ((re, im), n);
        re2 + im2 <= 4.0
    }

    /// Whether it is farther than 2 from the origin, from where no point ever comes back.
    fn has_left(&self) -> bool {
        self.z.0 * self.z.0 + self.z.1 * self.z.1 > 4.0
    }
}
