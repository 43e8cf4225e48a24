//! Workshop: the tools that every picture passes through, whoever asks for it.

use std::path::PathBuf;

use danqing_engine::Cpu;
use danqing_moderation::{Approval, Live, Screened};
use danqing_provenance::labeller::Labelled;
use danqing_provenance::waiver::Waiver;
use danqing_scene::Composition;
use danqing_store::Vector;
use image::RgbaImage;

use crate::config::Config;
use crate::error::Error;
use crate::expand::Wildcards;
use crate::labelling::{Clock, Labelling};
use crate::lexicon::Knowledge;
use crate::metadata;
use crate::nearest::{Nearest, Note};
use crate::order::Order;
use crate::output::Format;
use crate::painter::{Painter, Weights};
use crate::plan::Plan;
use crate::{painting, screening};

/// Rules, words, weights and labels, ready to use from several threads.
pub(crate) struct Workshop {
    pub(crate) rules: Live,
    pub(crate) knowledge: Knowledge,
    pub(crate) nearest: Nearest,
    pub(crate) painter: Painter,
    /// The same model at a faster level, for what is seen for a moment only.
    drafts: Option<Painter>,
    pub(crate) labelling: Labelling,
    /// Lists that prompts choose from.
    pub(crate) wildcards: Wildcards,
}

impl Workshop {
    /// The tools that the settings name; makes keys where there are none.
    pub(crate) fn open(config: &Config, weights: &Weights, cpu: Cpu, clock: Clock) -> Result<Self, Error> {
        let knowledge = Knowledge::load();
        Ok(Self {
            rules: Live::new(screening::policy(config)?),
            labelling: Labelling::open(config, clock)?,
            painter: Painter::new(weights, cpu)?,
            drafts: None,
            nearest: Nearest::new(&knowledge),
            wildcards: Wildcards::new(config.paint.wildcards.value.as_ref().map(PathBuf::from)),
            knowledge,
        })
    }

    /// With a second painter for drafts, where there is something faster for them.
    pub(crate) fn drafting(self, weights: &Weights, cpu: Option<Cpu>) -> Result<Self, Error> {
        let drafts = cpu.map(|cpu| Painter::new(weights, cpu)).transpose()?;
        Ok(Self { drafts, ..self })
    }

    /// Who paints drafts.
    pub(crate) fn draftsman(&self) -> &Painter {
        self.drafts.as_ref().unwrap_or(&self.painter)
    }

    /// Lets an order pass whose words ask for nothing that a rule stops, and whose wildcards there are.
    pub(crate) fn screen(&self, order: Order) -> Result<Screened<Order>, Error> {
        order.single(0).drawn(&self.wildcards)?;
        self.rules.current().admit(order, |order| &order.prompt).map_err(screening::stopped)
    }

    /// The same after an officer's review.
    pub(crate) fn screen_approved(&self, order: Order, approval: Approval) -> Result<Screened<Order>, Error> {
        let rules = self.rules.current();
        rules.admit_approved(order, |order| &order.prompt, approval).map_err(screening::stopped)
    }

    /// One plan for each picture of an order; where its prompt has alternatives, each picture draws by its own seed.
    ///
    /// What is drawn, and what the model is asked in the end, after the reader and the lexicon had their say, is screened
    /// like the prompt.
    pub(crate) fn plans(&self, order: &Screened<Order>) -> Result<Vec<Plan>, Error> {
        let single = |index| {
            let order = order.get().single(index).drawn(&self.wildcards)?;
            Ok(Plan::new(order, &self.knowledge))
        };
        let plans: Vec<Plan> = (0..order.get().count).map(single).collect::<Result<_, Error>>()?;
        for alike in plans.chunk_by(|one, next| one.order.prompt == next.order.prompt) {
            let words = alike[0].words();
            let rules = self.rules.current();
            match order.approval() {
                Some(approval) => rules.admit_approved(words, String::as_str, approval.clone()),
                None => rules.admit(words, String::as_str),
            }
            .map_err(screening::stopped)?;
        }
        Ok(plans)
    }

    /// Labels the finished picture of `order` as a file. The only way from pixels to a file.
    pub(crate) fn label(&self, picture: RgbaImage, order: &Order, format: Format) -> Result<Labelled, Error> {
        let by = self.painter.painted_by();
        let text = metadata::text(order, &by);
        // No model here gives scores of pictures; thresholds of packs speak where one does.
        let picture = self.rules.current().admit_picture(picture, &[]).map_err(screening::stopped)?;
        self.labelling
            .label(picture, &by.model, order.incoming.as_deref(), &|picture| format.encode(picture, &text))
            .map_err(|source| Error::Label { file: order.prompt.clone().into(), source })
    }

    /// The same without the visible label, for whom `waiver` names.
    pub(crate) fn label_waived(
        &self,
        picture: RgbaImage,
        order: &Order,
        format: Format,
        waiver: Waiver,
    ) -> Result<Labelled, Error> {
        let by = self.painter.painted_by();
        let text = metadata::text(order, &by);
        let picture = self.rules.current().admit_picture(picture, &[]).map_err(screening::stopped)?;
        self.labelling
            .label_waived(picture, &by.model, order.incoming.as_deref(), waiver, &|picture| {
                format.encode(picture, &text)
            })
            .map_err(|source| Error::Label { file: order.prompt.clone().into(), source })
    }

    /// The layers of the picture of `order` as an `OpenRaster` file.
    pub(crate) fn layers(&self, composition: &Composition, order: &Order) -> Result<Vec<u8>, Error> {
        let model = self.painter.painted_by().model;
        let encoding = |reason| Error::Encoding { file: order.prompt.as_str().into(), reason };
        self.labelling.layers(composition, &model, order.incoming.as_deref()).map_err(encoding)
    }

    /// What the person should know about how a prompt was understood.
    pub(crate) fn notes(&self, plan: &Plan) -> Vec<Note> {
        self.nearest.notes(plan, self.painter.pipeline())
    }

    /// What a text is about, for the search by meaning.
    pub(crate) fn vector(&self, text: &str) -> Vector {
        painting::vector(&self.painter.pipeline().text_vector(text))
    }
}
