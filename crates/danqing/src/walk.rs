//! The walk of a picture: order, scene, painted, composed, labelled, written, told. One page.

use std::time::Instant;

use danqing_provenance::labeller::Labelled;
use image::RgbaImage;

use crate::error::Error;
use crate::grid::sheet;
use crate::labelling::Labelling;
use crate::lexicon::Knowledge;
use crate::metadata::{self, PaintedBy};
use crate::nearest::Nearest;
use crate::order::{Grid, Order};
use crate::output::Output;
use crate::painter::{Cancel, Painter};
use crate::plan::Plan;
use crate::report::{Made, Report};

/// Paintings that are worth an engine call of their own; fewer wait for the next order.
const WORTH_PAINTING: usize = 8;

/// Whether layers are written too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layers {
    /// Only the flat picture.
    None,
    /// An `OpenRaster` file beside it.
    OpenRaster,
}

/// Everything that a walk needs on its way.
pub(crate) struct Studio {
    pub(crate) knowledge: Knowledge,
    pub(crate) painter: Painter,
    pub(crate) nearest: Nearest,
    pub(crate) labelling: Labelling,
    pub(crate) output: Output,
    pub(crate) layers: Layers,
    pub(crate) report: Report,
    pub(crate) cancel: Cancel,
}

impl Studio {
    /// Paints every picture of `orders`. A picture that fails is reported and the next one painted, unless that
    /// would fail too; gives the count of failures.
    pub(crate) fn paint(&mut self, orders: &[Order]) -> Result<usize, Error> {
        let single = |order: &Order| (0..order.count).map(|index| order.single(index)).collect::<Vec<_>>();
        let mut failed = 0;
        for group in groups(orders) {
            let plans: Vec<Plan> =
                group.iter().flat_map(single).map(|order| Plan::new(order, &self.knowledge)).collect();
            let start = Instant::now();
            let painted = self.painter.paint(&plans, &mut |steps| self.report.step(steps))?;
            let seconds = start.elapsed().as_secs_f64() / plans.len() as f64;
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
                && order.grid == Grid::Sheet
            {
                self.finish_grid(order, &finished)?;
            }
            if self.cancel.is_set() {
                return Err(Error::Cancelled);
            }
        }
        Ok(failed)
    }

    /// Composed, labelled, written, told. Gives the picture without labels, for a sheet that has its own.
    fn finish(&mut self, plan: &Plan, pictures: Vec<RgbaImage>, seconds: f64) -> Result<RgbaImage, Error> {
        let composition = plan.composition(pictures);
        let picture = composition.flatten();
        let by = self.painter.painted_by();
        let prompt = &plan.order.prompt;
        let labelled = self.labelled(prompt, picture.clone(), &plan.order, &by)?;
        let file = self.output.write(prompt, &labelled)?;
        let layers = match self.layers {
            Layers::None => None,
            Layers::OpenRaster => {
                let layers = self
                    .labelling
                    .layers(&composition, &by.model)
                    .map_err(|reason| Error::Encoding { file: prompt.into(), reason })?;
                Some(self.output.write_layers(prompt, &layers)?)
            }
        };
        let notes = self.nearest.notes(plan, self.painter.pipeline());
        self.report.made(
            &Made { order: &plan.order, by: &by, file: &file, layers: layers.as_deref(), seconds, notes },
            labelled.picture().unwrap_or(&picture),
        );
        Ok(picture)
    }

    /// The only way from pixels to a file.
    fn labelled(
        &self,
        prompt: &str,
        picture: RgbaImage,
        order: &Order,
        by: &PaintedBy,
    ) -> Result<Labelled, Error> {
        let text = metadata::text(order, by);
        let format = self.output.format();
        self.labelling
            .label(picture, &by.model, &|picture| format.encode(picture, &text))
            .map_err(|source| Error::Label { file: prompt.into(), source })
    }

    /// All pictures of one order on one sheet.
    fn finish_grid(&mut self, order: &Order, pictures: &[RgbaImage]) -> Result<(), Error> {
        let by = self.painter.painted_by();
        let name = format!("{}-grid", order.prompt);
        let labelled = self.labelled(&name, sheet(pictures, None), order, &by)?;
        let file = self.output.write(&name, &labelled)?;
        self.report.grid(&file);
        Ok(())
    }
}

/// `orders` in runs that fill the engine; one with a grid stands alone.
fn groups(orders: &[Order]) -> Vec<&[Order]> {
    let mut groups = Vec::new();
    let mut rest = orders;
    while let Some(first) = rest.first() {
        let alone = |order: &Order| order.grid == Grid::Sheet || order.count as usize >= WORTH_PAINTING;
        let mut length = 1;
        let mut pictures = first.count as usize;
        while !alone(first) && pictures < WORTH_PAINTING && rest.get(length).is_some_and(|next| !alone(next))
        {
            pictures += rest[length].count as usize;
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
        let sizes: Vec<usize> = groups(&orders).iter().map(|group| group.len()).collect();
        assert_eq!(sizes, [3, 1, 8, 8, 1], "three before the grid, the grid, the rest");
    }
}
