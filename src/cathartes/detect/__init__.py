"""Detection: from radiance to plumes, each with its chemicals, amounts and doubts."""
