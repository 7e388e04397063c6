"""The column names of stage histories, as CRMs export them; see `vocabulary`."""

from execute.numerics.vocabulary import names

ALIASES: dict[str, tuple[str, ...]] = {
    "deal": names(
        "opportunity id, deal id, record id, object id, parent id, deal external id, external id, "
        "opportunity, opportunity name, deal name, deal title, deal, id, chancen id, geschäft, "
        "id de la oportunidad, id del negocio, id de l'opportunité, id da oportunidade, id do "
        "negócio, id opportunità, verkoopkans id"
    ),
    "stage": names(
        "to stage, new stage, stage to, stage entered, new value, property value, stage, stage "
        "name, deal stage, opportunity stage, dealstage, value, phase, nach phase, vertriebsphase, "
        "etapa, étape, estágio, fase, stadio, verkoopfase"
    ),
    "entered_at": names(
        "entered at, date entered, entered, stage entered at, stage entry date, entered stage at, "
        "stage change date, change date, changed at, changed on, change time, timestamp, "
        "created date, last modified date, last modified, edit date, modified time, updated at, "
        "date time, date, time, geändert am, eingetreten am, fecha de cambio, date de "
        "modification, data da alteração, data di modifica, gewijzigd op"
    ),
    "from_stage": names(
        "from stage, old stage, stage from, old value, previous stage, previous value, von phase"
    ),
    "property": names("property, property name, field, field name, field event, internal name"),
}
