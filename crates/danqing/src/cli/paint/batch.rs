//! Many orders at the command line: each walks from its words to a file.

use std::ops::ControlFlow;
use std::time::Instant;

use danqing_moderation::Screened;
use image::RgbaImage;

use crate::error::Error;
use crate::grid::sheet;
use crate::order::{Grid, Order};
use crate::output::Output;
use crate::painter::Cancel;
use crate::plan::Plan;
use crate::report::{Made, Report};
use crate::workshop::Workshop;

/// Paintings that are worth an engine call of their own; fewer wait for the next order.
const WORTH_PAINTING: usize = 8;

/// Whether layers are written too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layers {
    /// Only the flat picture.
    None,
    /// An `OpenRaster` file beside it.
    OpenRaster,
}

/// Tools, and where pictures and words about them go.
pub(super) struct Batch {
    pub(super) workshop: Workshop,
    pub(super) output: Output,
    pub(super) layers: Layers,
    pub(super) report: Report,
    pub(super) cancel: Cancel,
}

impl Batch {
    /// Paints every picture of `orders`. A picture that fails is reported and the next one painted, unless that
    /// would fail too; gives the count of failures.
    pub(super) fn paint(&mut self, orders: &[Screened<Order>]) -> Result<usize, Error> {
        let mut failed = 0;
        for group in groups(orders, Screened::get) {
            let mut plans = Vec::new();
            for order in group {
                match self.workshop.plans(order) {
                    Ok(pictures) => plans.extend(pictures),
                    Err(error) => {
                        failed += order.get().count as usize;
                        self.report.failed(&order.get().prompt, &error);
                    }
                }
            }
            let start = Instant::now();
            let painted = self.workshop.painter.paint(&plans, &mut |progress| {
                self.report.step(progress.steps());
                if self.cancel.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let seconds = start.elapsed().as_secs_f64() / plans.len().max(1) as f64;
            let mut finished = Vec::new();
            for (plan, pictures) in plans.iter().zip(painted) {
                match self.finish(plan, pictures, seconds) {
                    Ok(picture) => finished.push(picture),
                    Err(error) if error.is_final() => return Err(error),
                    Err(error) => {
                        failed += 1;
                        self.report.failed(&plan.order.prompt, &error);
                    }
                }
            }
            if let [order] = group
                && order.get().grid == Grid::Sheet
            {
                self.finish_grid(order.get(), &finished)?;
            }
            if self.cancel.is_set() {
                return Err(Error::Cancelled);
            }
        }
        Ok(failed)
    }

    /// Composed, labelled, written, told. Gives the picture without labels, for a sheet that has its own.
    fn finish(&mut self, plan: &Plan, pictures: Vec<RgbaImage>, seconds: f64) -> Result<RgbaImage, Error> {
        let composition = self.workshop.painter.compose(plan, pictures, &mut |progress| {
            self.report.step(progress.steps());
            if self.cancel.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let picture = composition.flatten();
        let by = self.workshop.painter.painted_by();
        let prompt = &plan.order.prompt;
        let labelled = self.workshop.label(picture.clone(), &plan.order, self.output.format())?;
        let file = self.output.write(prompt, &labelled)?;
        let layers = match self.layers {
            Layers::None => None,
            Layers::OpenRaster => {
                let layers = self.workshop.layers(&composition, &plan.order)?;
                Some(self.output.write_layers(prompt, &layers)?)
            }
        };
        let notes = self.workshop.notes(plan);
        self.report.made(
            &Made {
                order: &plan.order,
                by: &by,
                file: &file,
                layers: layers.as_deref(),
                composition: &composition,
                seconds,
                notes,
            },
            labelled.picture().unwrap_or(&picture),
        );
        Ok(picture)
    }

    /// All pictures of one order on one sheet.
    fn finish_grid(&mut self, order: &Order, pictures: &[RgbaImage]) -> Result<(), Error> {
        let labelled = self.workshop.label(sheet(pictures, None), order, self.output.format())?;
        let file = self.output.write(&format!("{}-grid", order.prompt), &labelled)?;
        self.report.grid(&file);
        Ok(())
    }
}

/// `orders` in runs that fill the engine; one with a grid stands alone.
fn groups<T>(orders: &[T], get: impl Fn(&T) -> &Order) -> Vec<&[T]> {
    let mut groups = Vec::new();
    let mut rest = orders;
    while let Some(first) = rest.first() {
        let alone = |order: &T| get(order).grid == Grid::Sheet || get(order).count as usize >= WORTH_PAINTING;
        let mut length = 1;
        let mut pictures = get(first).count as usize;
        while !alone(first) && pictures < WORTH_PAINTING && rest.get(length).is_some_and(|next| !alone(next))
        {
            pictures += get(&rest[length]).count as usize;
            length += 1;
        }
        let (group, others) = rest.split_at(length);
        groups.push(group);
        rest = others;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Wish;

    #[test]
    fn groups_fill_the_engine_and_keep_the_order() {
        let order = |count, grid| {
            Order::new("猫", &Wish { count: Some(count), grid, ..Wish::default() }).expect("sound")
        };
        let mut orders = vec![order(1, None); 20];
        orders.insert(3, order(4, Some(Grid::Sheet)));
        let sizes: Vec<usize> = groups(&orders, |order| order).iter().map(|group| group.len()).collect();
        assert_eq!(sizes, [3, 1, 8, 8, 1], "three before the grid, the grid, the rest");
    }
}
